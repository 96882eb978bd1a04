using System.Text.Json;
using Pods.Containerd;
using Pods.Images;
using Pods.Linux;
using Pods.Manifests;
using Pods.Network;
using Pods.Oci;

namespace Pods.Node;

/// <summary>Builds the sandbox of a pod: volumes, cgroup, network, files, pause. Each part can be done again after a crash in the middle.</summary>
internal sealed class SandboxSteps(NodeServices node)
{
    private readonly ImageSupply _images = new(node);
    private readonly PodVolumes _volumes = new(node);
    private readonly SandboxFiles _files = new(node.Options, node.Log);

    /// <param name="pod">With defaults.</param>
    /// <param name="id">The id that is already in the pod's memory, so that a crash knows what to remove.</param>
    /// <param name="cgroup">The name of the pod's cgroup, which is in its memory too.</param>
    /// <param name="cancel">The pod is to go, or podsd stops.</param>
    public async Task<SandboxRecord> CreateAsync(Pod pod, string id, string cgroup, CancellationToken cancel)
    {
        _volumes.Prepare(pod);
        _files.MountSharedMemory(pod);
        Task<PodNetworkResult?> network = SetUpNetworkAsync(pod, id, cancel);
        // Before anything is in it: systemd gives a slice that a container has called into being no limits.
        await PodCgroups.CreateAsync(pod, cgroup, cancel);
        // Sysctls of the network hold for interfaces that are there already: with them pause waits for its network.
        if (pod.Spec!.SecurityContext?.Sysctls is { Count: > 0 })
            await network;
        // Else the plugins' forks and pause's go beside each other: pause needs the namespace, not what is put into it.
        Task<int> pause = StartPauseAsync(pod, id, cgroup, cancel);
        await Task.WhenAll(network, pause);
        PodNetworkResult? result = await network;
        IReadOnlyList<string> addresses = result?.Addresses ?? [];
        _files.Write(pod, addresses);
        return new SandboxRecord
        {
            Id = id,
            Cgroup = cgroup,
            BootId = node.BootId,
            IsReady = true,
            Pid = await pause,
            NetworkName = result?.NetworkName,
            Interface = result?.Interface,
            Addresses = addresses,
        };
    }

    public SandboxFacts Facts(Pod pod, string id, string cgroup, IReadOnlyList<string> addresses)
    {
        bool hostNetwork = pod.Spec!.HostNetwork == true;
        return new()
        {
            SandboxId = id,
            NetworkNamespace = hostNetwork ? null : node.Options.NetworkNamespace(id),
            CgroupParent = cgroup,
            Hostname = _files.Hostname(pod),
            Shm = _files.SharedMemory(pod),
            HostsFile = _files.Hosts(pod),
            HostnameFile = _files.HostnameFile(pod),
            ResolvConf = _files.ResolvConf(pod),
            PodIPs = hostNetwork ? [node.HostAddress.Current] : addresses,
            HostIPs = [node.HostAddress.Current],
            NodeName = node.Options.NodeName,
        };
    }

    private async Task<PodNetworkResult?> SetUpNetworkAsync(Pod pod, string id, CancellationToken cancel)
    {
        if (pod.Spec!.HostNetwork == true)
            return null;
        string path = node.Options.NetworkNamespace(id);
        Directory.CreateDirectory(node.Options.NetworkNamespaceDirectory);
        Namespaces.CreateNetwork(path);
        try
        {
            return await node.Network.SetUpAsync(new PodNetworkRequest
            {
                SandboxId = id,
                NetworkNamespace = path,
                PodName = pod.Metadata!.Name!,
                PodNamespace = pod.Metadata.Namespace!,
                PodUid = pod.Metadata.Uid!,
                Ports = [.. Ports(pod.Spec)],
            }, cancel);
        }
        catch (CniException e)
        {
            throw new StepException(StepReason.FailedCreatePodSandBox, $"network of the pod: {e.Message}", e);
        }
    }

    private static IEnumerable<PortMapping> Ports(PodSpec spec) =>
        (spec.Containers ?? []).SelectMany(c => c.Ports ?? []).Where(p => p.HostPort is > 0)
            .Select(p => new PortMapping(p.HostPort!.Value, p.Port!.Value, p.Protocol!.ToLowerInvariant(), p.HostIP ?? ""));

    private async Task<int> StartPauseAsync(Pod pod, string id, string cgroup, CancellationToken cancel)
    {
        Image image = await _images.GetPauseAsync(cancel);
        Dictionary<string, string> labels = PodLabels.Of(pod, node.Options, "sandbox");
        RuntimeUser user = ContainerUser.Resolve(new(), new() { Name = "pause" }, image.Config.Config, null, null);
        RuntimeSpec spec = SandboxSpec.For(pod, Facts(pod, id, cgroup, []), node.Facts, image.Config.Config, user);
        await node.Containerd.Containers.CreateAsync(new ContainerRecord
        {
            Id = id,
            Labels = labels,
            Image = image.Name,
            Runtime = node.Options.Runtime,
            RuntimeOptions = SystemdSlices.IsSlice(cgroup) ? RuncOptions.SystemdCgroup : null,
            Spec = JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec),
            Snapshotter = node.Options.Snapshotter,
            SnapshotKey = id,
        }, cancel);
        IReadOnlyList<SnapshotMount> rootfs = await node.Images.PrepareRecordedRootfsAsync(image, id, labels, cancel);
        await node.Containerd.Tasks.CreateAsync(new TaskCreation { ContainerId = id, Rootfs = rootfs }, cancel);
        return await node.Containerd.Tasks.StartAsync(id, "", cancel);
    }
}
