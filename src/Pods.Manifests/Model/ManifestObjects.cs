namespace Pods.Manifests;

/// <summary>What a manifest holds, each in the order of the file.</summary>
public sealed record ManifestObjects(
    IReadOnlyList<Pod> Pods, IReadOnlyList<SupportingObject> Supporting, IReadOnlyList<Workload> Workloads)
{
    public IReadOnlyList<ManifestWarning> Warnings { get; init; } = [];
}
