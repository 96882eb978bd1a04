namespace Pods.Oci;

/// <summary>What an image's documents say of a blob that they point to.</summary>
public sealed record ImageDescriptor
{
    public string MediaType { get; init; } = "";
    public string Digest { get; init; } = "";
    public long Size { get; init; }
    public ImagePlatform? Platform { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    /// <summary>Where a layer that registries may not distribute is to be had.</summary>
    public IReadOnlyList<string>? Urls { get; init; }
}
