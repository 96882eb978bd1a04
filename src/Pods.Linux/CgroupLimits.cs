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

    /// <summary>The v2 weight of v1 shares, by the kernel documentation's mapping of 2…262144 to 1…10000.</summary>
    public static ulong Weight(ulong shares) => 1 + (Math.Clamp(shares, 2, 262144) - 2) * 9999 / 262142;
}
