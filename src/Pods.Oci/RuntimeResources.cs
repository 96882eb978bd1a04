namespace Pods.Oci;

/// <summary>A container's share of the machine: what its cgroup is set to. Also the body of an update.</summary>
public sealed record LinuxResources
{
    public IReadOnlyList<LinuxDeviceRule>? Devices { get; init; }
    public LinuxMemory? Memory { get; init; }
    public LinuxCpu? Cpu { get; init; }
    public LinuxPids? Pids { get; init; }
    /// <summary>Files of cgroup v2 and what to write into them.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }
}

/// <summary>In bytes; swap is memory and swap together.</summary>
public sealed record LinuxMemory
{
    public long? Limit { get; init; }
    public long? Swap { get; init; }
}

/// <summary>Quota and period in microseconds; shares as in cgroup v1, the runtime converts them to a weight for v2.</summary>
public sealed record LinuxCpu
{
    public ulong? Shares { get; init; }
    public long? Quota { get; init; }
    public ulong? Period { get; init; }
    /// <summary>The cpus it may run on, "0-3,8"; null is those of the cgroup above.</summary>
    public string? Cpus { get; init; }
}

public sealed record LinuxPids(long Limit);

/// <summary>Which devices may be used; no type, major or minor is all of them.</summary>
public sealed record LinuxDeviceRule
{
    public required bool Allow { get; init; }
    public string? Type { get; init; }
    public long? Major { get; init; }
    public long? Minor { get; init; }
    /// <summary>Letters of rwm: read, write, make.</summary>
    public string? Access { get; init; }
}
