namespace Pods.Manifests;

/// <summary>
/// Cpus that containers have for themselves: what the kubelet's static policy gives to every container of whole cpus in a Guaranteed
/// pod, a pod asks for here by an annotation.
/// </summary>
public static class ExclusiveCpus
{
    public const string Annotation = "io.pods.cpus";
    public const string Exclusive = "exclusive";

    /// <summary>The annotation's value; null for a pod without it.</summary>
    public static string? Asked(ObjectMeta? metadata) => metadata?.Annotations?.GetValueOrDefault(Annotation);

    /// <summary>The containers that have cpus for themselves, and how many, in the manifest's order; none in a pod that does not ask.</summary>
    /// <param name="pod">With defaults applied.</param>
    public static IReadOnlyList<(string Container, int Count)> Of(Pod pod) => Asked(pod.Metadata) == Exclusive ? OfSpec(pod.Spec!) : [];

    internal static IReadOnlyList<(string Container, int Count)> OfSpec(PodSpec spec) => QosClass.Of(spec) != QosClass.Guaranteed ? [] :
    [
        .. (spec.InitContainers ?? []).Concat(spec.Containers ?? [])
            .Where(c => c.LimitedCpu() is > 0 and var milli && milli % 1000 == 0 && c.RequestedCpu() == milli)
            .Select(c => (c.Name ?? "", (int)Math.Min(c.LimitedCpu() / 1000, int.MaxValue))),
    ];
}
