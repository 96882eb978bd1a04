namespace Pods.Oci;

/// <summary>One image for one platform: its configuration and its layers, lowest first.</summary>
public sealed record ImageManifest
{
    public int SchemaVersion { get; init; }
    public string? MediaType { get; init; }
    public ImageDescriptor Config { get; init; } = new();
    public IReadOnlyList<ImageDescriptor> Layers { get; init; } = [];
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
