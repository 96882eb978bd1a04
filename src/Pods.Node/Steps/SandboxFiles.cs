using Pods.Linux;
using Pods.Manifests;
using Pods.Network;

namespace Pods.Node;

/// <summary>The files of a pod that every container sees: resolv.conf, hosts, hostname, and the shared memory file system.</summary>
internal sealed class SandboxFiles(NodeOptions options, Action<string> log)
{
    private const int SharedMemoryBytes = 64 << 20;

    public string ResolvConf(Pod pod) => InPod(pod, "resolv.conf");
    public string Hosts(Pod pod) => InPod(pod, "hosts");
    public string HostnameFile(Pod pod) => InPod(pod, "hostname");

    public string SharedMemory(Pod pod) =>
        pod.Spec!.HostIPC == true ? "/dev/shm" : Path.Combine(options.PodState(pod.Metadata!.Uid!), "shm");

    public string Hostname(Pod pod)
    {
        string name = ShortName(pod);
        if (pod.Spec!.SetHostnameAsFQDN != true || FullName(pod) is not { } whole)
            return name;
        return whole.Length <= 64 ? whole : throw new StepException(StepReason.FailedCreatePodSandBox,
            $"failed to construct FQDN from pod hostname and cluster domain, FQDN {whole} is too long (64 characters is the max, {whole.Length} characters requested)");
    }

    private string ShortName(Pod pod)
    {
        string name = pod.Spec!.HostNetwork == true ? options.NodeName : pod.Spec.Hostname ?? pod.Metadata!.Name!;
        // hostname(7): 64 bytes; the kubelet cuts at 63 and takes off what a name cannot end with.
        return name.Length <= 63 ? name : name[..63].TrimEnd('-', '.');
    }

    /// <summary>Null for a pod without a subdomain.</summary>
    private string? FullName(Pod pod) => string.IsNullOrEmpty(pod.Spec!.Subdomain) ? null
        : $"{ShortName(pod)}.{pod.Spec.Subdomain}.{pod.Metadata!.Namespace}.svc.{options.ClusterDomain}";

    public void Write(Pod pod, IReadOnlyList<string> addresses)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Hosts(pod))!);
        DnsSettings? dns = pod.Spec!.DnsConfig is { } config
            ? new(config.Nameservers ?? [], config.Searches ?? [], [.. (config.Options ?? []).Select(Option)]) : null;
        // As the kubelet has it: only ClusterFirstWithHostNet asks the cluster from the host's network.
        string policy = pod.Spec is { HostNetwork: true, DnsPolicy: "ClusterFirst" } ? "Default" : pod.Spec.DnsPolicy!;
        File.WriteAllText(ResolvConf(pod),
            Network.ResolvConf.Render(policy, dns, Network.ResolvConf.ReadHost(), options.ClusterDns, out IReadOnlyList<string> warnings));
        foreach (string warning in warnings)
            log($"pod {pod.Metadata!.Namespace}/{pod.Metadata.Name}: {warning}");
        File.WriteAllText(HostnameFile(pod), Hostname(pod) + "\n");
        File.WriteAllText(Hosts(pod), HostsFile.Render(addresses, ShortName(pod), FullName(pod),
            [.. (pod.Spec.HostAliases ?? []).Select(a => (a.Ip!, a.Hostnames ?? []))],
            pod.Spec.HostNetwork == true ? File.ReadAllText("/etc/hosts") : null));
    }

    public void MountSharedMemory(Pod pod)
    {
        if (pod.Spec!.HostIPC == true)
            return;
        string path = SharedMemory(pod);
        Directory.CreateDirectory(path);
        if (!Mounts.IsMountPoint(path))
            Mounts.Attach(new Mount("tmpfs", "shm", "", ["nosuid", "nodev", "noexec", "mode=1777", $"size={SharedMemoryBytes}"]), path);
    }

    private static string Option(PodDnsOption option) =>
        string.IsNullOrEmpty(option.Value) ? option.Name! : $"{option.Name}:{option.Value}";

    private string InPod(Pod pod, string name) => Path.Combine(options.PodDirectory(pod.Metadata!.Uid!), "etc", name);
}
