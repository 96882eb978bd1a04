using System.Text.Json;
using Pods.Manifests;

namespace Pods.Daemon.Api;

/// <summary>Deployments, DaemonSets and Jobs as the rows that <c>kubectl get</c> prints.</summary>
internal static class WorkloadRows
{
    public static ObjectTable Of(WorkloadKind kind, IEnumerable<Workload> items, string version) => new()
    {
        Kind = "Table",
        ApiVersion = ObjectTable.GroupVersion,
        Metadata = new() { ResourceVersion = version },
        ColumnDefinitions =
        [
            .. WorkloadDisplay.Columns(kind).Select((title, i) => PodRows.Column(title, title, format: i == 0 ? "name" : "")),
        ],
        Rows =
        [
            .. items.Select(w => new TableRow
            {
                Cells = WorkloadDisplay.Cells(w, DateTimeOffset.UtcNow),
                Object = JsonSerializer.SerializeToElement(
                    new PartialObjectMetadata { Kind = "PartialObjectMetadata", ApiVersion = ObjectTable.GroupVersion, Metadata = w.Metadata },
                    KubernetesJson.Default.PartialObjectMetadata),
            }),
        ],
    };
}
