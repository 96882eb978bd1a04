using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// In which order pods end when the machine goes down: by spec.priority, the least first, as with the kubelet's graceful node shutdown.
/// Pods of one priority end together; the next begin when they have ended.
/// </summary>
public static class HaltOrder
{
    /// <summary>Pods by rising priority.</summary>
    public static IEnumerable<IGrouping<long, Pod>> Groups(IEnumerable<Pod> pods) => pods.GroupBy(PriorityOf).OrderBy(group => group.Key);

    /// <summary>
    /// How long the next pods may take of what is left. Those after them keep what they ask for, but never more than half:
    /// a long grace period at either end takes nobody's whole time.
    /// </summary>
    /// <param name="later">The longest grace period of each group that comes after.</param>
    public static TimeSpan Share(TimeSpan left, IEnumerable<TimeSpan> later)
    {
        if (left <= TimeSpan.Zero)
            return TimeSpan.Zero;
        TimeSpan kept = TimeSpan.FromTicks(later.Sum(grace => Math.Min(grace.Ticks, left.Ticks)));
        return left - (kept < left / 2 ? kept : left / 2);
    }

    public static TimeSpan GraceOf(Pod pod) => TimeSpan.FromSeconds(pod.Spec?.TerminationGracePeriodSeconds ?? 30);

    // Without a cluster nobody turns a class into its number; these two are Kubernetes' own (pkg/apis/scheduling).
    private static long PriorityOf(Pod pod) => pod.Spec?.Priority ?? pod.Spec?.PriorityClassName switch
    {
        "system-node-critical" => 2_000_001_000,
        "system-cluster-critical" => 2_000_000_000,
        _ => 0,
    };
}
