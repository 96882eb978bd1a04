namespace Pods.Manifests;

/// <summary>What podsd has decided or found out about a pod's sandbox before any spec is written.</summary>
public sealed record SandboxFacts
{
    public required string SandboxId { get; init; }
    /// <summary>Where the pod's network namespace is pinned; null with the host's network.</summary>
    public string? NetworkNamespace { get; init; }
    /// <summary>The pod's own users; null with the machine's.</summary>
    public PodUsers? Users { get; init; }
    /// <summary>The pod's cgroup: a path below each controller's root, or a systemd slice.</summary>
    public required string CgroupParent { get; init; }
    /// <summary>The pod's, or with the host's network the node's.</summary>
    public required string Hostname { get; init; }
    /// <summary>The directory that all containers of the pod see as /dev/shm; /dev/shm itself with the host's IPC.</summary>
    public required string Shm { get; init; }
    public required string HostsFile { get; init; }
    public required string HostnameFile { get; init; }
    public required string ResolvConf { get; init; }
    public IReadOnlyList<string> PodIPs { get; init; } = [];
    public IReadOnlyList<string> HostIPs { get; init; } = [];
    public string NodeName { get; init; } = "";
}
