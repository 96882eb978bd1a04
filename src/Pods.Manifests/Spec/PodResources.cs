namespace Pods.Manifests;

/// <summary>What a pod's own cgroup is set to; null is no limit.</summary>
public sealed record PodLimits(ulong CpuShares, long? CpuQuotaMicroseconds, long CpuPeriodMicroseconds, long? MemoryBytes);

/// <summary>
/// What a pod needs as a whole: what its spec says of the pod itself, else its containers added up. Init containers run alone, one
/// after the other, beside the sidecars that were started before them: the largest of these moments counts.
/// </summary>
public static class PodResources
{
    /// <param name="spec">With defaults applied.</param>
    public static PodLimits Of(PodSpec spec) => new(
        ContainerResources.Shares(Requested(spec, "cpu").MilliValue),
        Limit(spec, "cpu") is { } cpu ? ContainerResources.Quota(cpu.MilliValue) : null,
        ContainerResources.CpuPeriod,
        Limit(spec, "memory") is { } memory ? memory.Value : null);

    public static Quantity Requested(PodSpec spec, string resource) =>
        Amount(spec.Resources?.Requests, resource) is { MilliValue: > 0 } ofPod ? ofPod
        : Together(spec, c => Amount(c.Resources?.Requests, resource));

    /// <summary>Null: there is none, since not every container has one.</summary>
    public static Quantity? Limit(PodSpec spec, string resource)
    {
        if (Amount(spec.Resources?.Limits, resource) is { MilliValue: > 0 } ofPod)
            return ofPod;
        IEnumerable<Container> all = (spec.Containers ?? []).Concat(spec.InitContainers ?? []);
        return all.All(c => Amount(c.Resources?.Limits, resource).MilliValue > 0) ? Together(spec, c => Amount(c.Resources?.Limits, resource)) : null;
    }

    private static Quantity Together(PodSpec spec, Func<Container, Quantity> amount)
    {
        Quantity sidecars = default, largest = default;
        foreach (Container init in spec.InitContainers ?? [])
        {
            Quantity moment = sidecars + amount(init);
            if (init.RestartPolicy == "Always")
                sidecars = moment;
            largest = moment > largest ? moment : largest;
        }
        Quantity running = (spec.Containers ?? []).Aggregate(sidecars, (sum, container) => sum + amount(container));
        return running > largest ? running : largest;
    }

    internal static Quantity Amount(IReadOnlyDictionary<string, Quantity>? amounts, string resource) =>
        amounts?.GetValueOrDefault(resource) ?? default;
}
