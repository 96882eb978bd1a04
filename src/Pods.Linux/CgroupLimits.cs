namespace Pods.Linux;

/// <summary>What a pod as a whole may use; null is no limit of its own.</summary>
public sealed record CgroupLimits
{
    public long? MemoryBytes { get; init; }

    public long? CpuQuotaMicroseconds { get; init; }

    public long? CpuPeriodMicroseconds { get; init; }

    /// <summary>The v1 weight, 2 to 262144, 1024 being the usual share.</summary>
    public ulong? CpuShares { get; init; }

    public long? Pids { get; init; }
}
