using Pods.Manifests;

namespace Pods.Daemon.Api;

/// <summary>ConfigMaps, Secrets and claims as the rows that <c>kubectl get</c> prints: never a value.</summary>
internal static class SupportingRows
{
    public static ObjectTable Of(SupportingKind kind, IEnumerable<SupportingObject> items, string version) => PodRows.Table(
        SupportingDisplay.Columns(kind), items.Select(o => (SupportingDisplay.Cells(kind, o, DateTimeOffset.UtcNow), o.Metadata)), version);
}
