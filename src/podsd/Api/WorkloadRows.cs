using Pods.Manifests;

namespace Pods.Daemon.Api;

/// <summary>Deployments, DaemonSets and Jobs as the rows that <c>kubectl get</c> prints.</summary>
internal static class WorkloadRows
{
    public static ObjectTable Of(WorkloadKind kind, IEnumerable<Workload> items, string version) => PodRows.Table(
        WorkloadDisplay.Columns(kind), items.Select(w => (WorkloadDisplay.Cells(w, DateTimeOffset.UtcNow), w.Metadata)), version);
}
