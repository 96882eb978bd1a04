namespace Pods.Manifests;

/// <summary>What a running pod is made of, as podsd reads it from the kernel: the answer behind <c>pods inspect</c>.</summary>
public sealed record PodInspection
{
    public string? Name { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? SandboxId { get; init; }
    public IReadOnlyList<InspectedProcess>? Processes { get; init; }
    public IReadOnlyList<InspectedNamespace>? Namespaces { get; init; }
    public IReadOnlyList<InspectedCgroup>? Cgroups { get; init; }
    public InspectedNetwork? Network { get; init; }
    public IReadOnlyList<InspectedVolume>? Volumes { get; init; }
}

/// <summary>A process of the pod, shim first, then in tree order.</summary>
public sealed record InspectedProcess
{
    public int Pid { get; init; }
    public int ParentPid { get; init; }
    /// <summary>How far below the shim: 0 is the shim, 1 pause and the containers' first processes.</summary>
    public int Depth { get; init; }
    /// <summary>shim, pause or the container's name.</summary>
    public string? Owner { get; init; }
    public string? Command { get; init; }
}

/// <summary>A kernel namespace that processes of the pod are in.</summary>
public sealed record InspectedNamespace
{
    /// <summary>net, uts, ipc, mnt, pid, user or cgroup.</summary>
    public string? Type { get; init; }
    /// <summary>The inode number that lsns shows.</summary>
    public ulong Id { get; init; }
    /// <summary>Processes of the pod in it.</summary>
    public int ProcessCount { get; init; }
    /// <summary>pause and container names.</summary>
    public IReadOnlyList<string>? SharedBy { get; init; }
    /// <summary>Whether it is the machine's own.</summary>
    public bool IsHost { get; init; }
}

/// <summary>A cgroup of the pod: its own, or a container's.</summary>
public sealed record InspectedCgroup
{
    /// <summary>pod, pause or the container's name.</summary>
    public string? Owner { get; init; }
    public string? Path { get; init; }
    /// <summary>In bytes; null is no limit.</summary>
    public long? MemoryLimit { get; init; }
    public long? MemoryUsage { get; init; }
    /// <summary>In thousandths of a core; null is no limit.</summary>
    public long? CpuLimit { get; init; }
    public long? CpuShares { get; init; }
    public long? PidsLimit { get; init; }
}

public sealed record InspectedNetwork
{
    /// <summary>The CNI network's name; empty with the host's network.</summary>
    public string? Name { get; init; }
    public string? Interface { get; init; }
    public IReadOnlyList<string>? Ips { get; init; }
    public string? NetworkNamespace { get; init; }
    public IReadOnlyList<string>? Ports { get; init; }
}

/// <summary>A volume and where the containers see it.</summary>
public sealed record InspectedVolume
{
    public string? Name { get; init; }
    public string? Type { get; init; }
    public string? Source { get; init; }
    public IReadOnlyList<InspectedMount>? Mounts { get; init; }
}

public sealed record InspectedMount
{
    public string? Container { get; init; }
    public string? Path { get; init; }
    public bool ReadOnly { get; init; }
}
