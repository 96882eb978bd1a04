namespace Pods.Oci;

/// <summary>The manifests of one image for several platforms; also the table of contents of an OCI archive.</summary>
public sealed record ImageIndex
{
    public int SchemaVersion { get; init; }
    public string? MediaType { get; init; }
    public IReadOnlyList<ImageDescriptor> Manifests { get; init; } = [];
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
