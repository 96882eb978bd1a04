using Pods.Oci;

namespace Pods.Manifests;

/// <summary>Requests and limits as figures of a cgroup, by the kubelet's arithmetic.</summary>
internal static class ContainerResources
{
    /// <summary>The CFS period, in microseconds; the kernel's own default.</summary>
    public const long CpuPeriod = 100_000;
    // Below this the kernel refuses a quota (1 ms).
    private const long LeastQuota = 1000;
    private const ulong LeastShares = 2;
    private const ulong MostShares = 262_144;

    /// <summary>In whole units (bytes).</summary>
    public static long Requested(this Container container, string resource) => Amount(container.Resources?.Requests, resource).Value;

    public static long RequestedCpu(this Container container) => Amount(container.Resources?.Requests, "cpu").MilliValue;

    public static long LimitedCpu(this Container container) => Amount(container.Resources?.Limits, "cpu").MilliValue;

    public static long LimitedMemory(this Container container) => Amount(container.Resources?.Limits, "memory").Value;

    public static LinuxResources Of(Container container, NodeFacts node, string? cpus)
    {
        long memory = container.LimitedMemory();
        return new()
        {
            Cpu = new()
            {
                Shares = Shares(container.RequestedCpu()),
                Quota = Quota(container.LimitedCpu()),
                Period = CpuPeriod,
                Cpus = cpus,
            },
            // No swap beyond the limit: memory that is swapped out would not count against it.
            Memory = memory > 0 ? new() { Limit = memory, Swap = node.HasSwapAccounting ? memory : null } : null,
            // One process of a container that is out of memory takes the rest with it, as kubelet has it on v2.
            Unified = node.HasUnifiedCgroups ? new Dictionary<string, string> { ["memory.oom.group"] = "1" } : null,
        };
    }

    /// <summary>1024 is a whole cpu.</summary>
    public static ulong Shares(long milliCpu) =>
        milliCpu <= 0 ? LeastShares : Math.Clamp((ulong)milliCpu * 1024 / 1000, LeastShares, MostShares);

    public static long? Quota(long milliCpu) =>
        milliCpu <= 0 ? null : Math.Max(milliCpu * CpuPeriod / 1000, LeastQuota);

    private static Quantity Amount(IReadOnlyDictionary<string, Quantity>? amounts, string resource) =>
        amounts?.GetValueOrDefault(resource) ?? default;
}
