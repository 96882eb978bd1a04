namespace Pods.Manifests;

/// <summary>What a pod's own cgroup is set to; null is no limit.</summary>
public sealed record PodLimits(ulong CpuShares, long? CpuQuotaMicroseconds, long CpuPeriodMicroseconds, long? MemoryBytes);

/// <summary>
/// The containers' shares added up: init containers run alone, one after the other, so the largest of them counts where it
/// is more than all the others together. A limit exists only if every container has one.
/// </summary>
public static class PodResources
{
    /// <param name="spec">With defaults applied.</param>
    public static PodLimits Of(PodSpec spec)
    {
        IReadOnlyList<Container> containers = spec.Containers ?? [], initial = spec.InitContainers ?? [];
        return new(
            ContainerResources.Shares(Together(container => container.RequestedCpu())),
            AllHave(container => container.LimitedCpu())
                ? ContainerResources.Quota(Together(container => container.LimitedCpu()))
                : null,
            ContainerResources.CpuPeriod,
            AllHave(container => container.LimitedMemory()) ? Together(container => container.LimitedMemory()) : null);

        long Together(Func<Container, long> amount) =>
            Math.Max(containers.Sum(amount), initial.Select(amount).DefaultIfEmpty().Max());

        bool AllHave(Func<Container, long> limit) => containers.Concat(initial).All(container => limit(container) > 0);
    }
}
