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
    /// <param name="begun">What is already in the pod's memory, so that a crash knows what to remove.</param>
    /// <param name="cancel">The pod is to go, or podsd stops.</param>
    public async Task<SandboxRecord> CreateAsync(Pod pod, SandboxRecord begun, CancellationToken cancel)
    {
        string id = begun.Id, cgroup = begun.Cgroup!;
        // Asked again: the runtime may be another one than when the pod was admitted, and might just leave out what it does not know.
        if (pod.Spec!.HostUsers == false && (begun.FirstUser is null ? "it has no ids of its own" : UserNamespaces.Problem(node.Options)) is { } problem)
            throw new StepException(StepReason.FailedCreatePodSandBox, $"hostUsers: false: {problem}");
        _volumes.Prepare(pod);
        _files.MountSharedMemory(pod);
        Task<PodNetworkResult?> network = SetUpNetworkAsync(pod, begun, cancel);
        // Before anything is in it: systemd gives a slice that a container has called into being no limits.
        await PodCgroups.CreateAsync(pod, cgroup, cancel);
        // Sysctls of the network hold for interfaces that are there already: with them pause waits for its network.
        if (pod.Spec.SecurityContext?.Sysctls is { Count: > 0 })
            await network;
        // Else the plugins' forks and pause's go beside each other: pause needs the namespace, not what is put into it.
        Task<int> pause = StartPauseAsync(pod, begun, cancel);
        await Task.WhenAll(network, pause);
        PodNetworkResult? result = await network;
        IReadOnlyList<string> addresses = result?.Addresses ?? [];
        _files.Write(pod, addresses);
        return begun with
        {
            IsReady = true,
            Pid = await pause,
            NetworkName = result?.NetworkName,
            Interface = result?.Interface,
            Addresses = addresses,
        };
    }

    public SandboxFacts Facts(Pod pod, SandboxRecord sandbox)
    {
        bool hostNetwork = pod.Spec!.HostNetwork == true;
        return new()
        {
            SandboxId = sandbox.Id,
            NetworkNamespace = hostNetwork ? null : node.Options.NetworkNamespace(sandbox.Id),
            Users = UserNamespaces.Of(node.Options, sandbox),
            CgroupParent = sandbox.Cgroup!,
            Hostname = _files.Hostname(pod),
            Shm = _files.SharedMemory(pod),
            HostsFile = _files.Hosts(pod),
            HostnameFile = _files.HostnameFile(pod),
            ResolvConf = _files.ResolvConf(pod),
            PodIPs = hostNetwork ? [node.HostAddress.Current] : sandbox.Addresses,
            HostIPs = [node.HostAddress.Current],
            NodeName = node.Options.NodeName,
        };
    }

    private async Task<PodNetworkResult?> SetUpNetworkAsync(Pod pod, SandboxRecord sandbox, CancellationToken cancel)
    {
        if (pod.Spec!.HostNetwork == true)
            return null;
        string id = sandbox.Id, path = node.Options.NetworkNamespace(id);
        Directory.CreateDirectory(node.Options.NetworkNamespaceDirectory);
        if (UserNamespaces.Of(node.Options, sandbox) is { } users)
            UserNamespaces.Create(users, path);
        else
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

    private async Task<int> StartPauseAsync(Pod pod, SandboxRecord sandbox, CancellationToken cancel)
    {
        string id = sandbox.Id;
        PodUsers? users = UserNamespaces.Of(node.Options, sandbox);
        Image image = await _images.GetPauseAsync(cancel);
        Dictionary<string, string> labels = PodLabels.Of(pod, node.Options, "sandbox");
        RuntimeUser user = ContainerUser.Resolve(new(), new() { Name = "pause" }, image.Config.Config, null, null);
        RuntimeSpec spec = SandboxSpec.For(pod, Facts(pod, sandbox), node.Facts, image.Config.Config, user);
        await node.Containerd.Containers.CreateAsync(new ContainerRecord
        {
            Id = id,
            Labels = labels,
            Image = image.Name,
            Runtime = node.Options.Runtime,
            RuntimeOptions = RuncOptions.Of(node.Options.OciRuntime, SystemdSlices.IsSlice(sandbox.Cgroup!), users?.First ?? 0),
            Spec = JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec),
            Snapshotter = node.Options.Snapshotter,
            SnapshotKey = id,
        }, cancel);
        IReadOnlyList<SnapshotMount> rootfs = await node.Images.PrepareRecordedRootfsAsync(image, id, labels, cancel);
        await node.Containerd.Tasks.CreateAsync(new TaskCreation { ContainerId = id, Rootfs = UserNamespaces.Map(rootfs, users) }, cancel);
        return await node.Containerd.Tasks.StartAsync(id, "", cancel);
    }
}
