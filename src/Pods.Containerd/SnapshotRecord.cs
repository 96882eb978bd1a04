using Containerd.Services.Snapshots.V1;
using Wire = Containerd.Services.Snapshots.V1;

namespace Pods.Containerd;

/// <summary>A snapshot as its snapshotter lists it.</summary>
public sealed record SnapshotRecord(string Name, string Parent, bool IsCommitted, IReadOnlyDictionary<string, string> Labels)
{
    internal static SnapshotRecord From(Wire.Info found) =>
        new(found.Name, found.Parent, found.Kind is Kind.Committed, new Dictionary<string, string>(found.Labels));
}
