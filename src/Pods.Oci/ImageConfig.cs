using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>The configuration blob of an image; its digest is the image's id.</summary>
public sealed record ImageConfig
{
    public string Os { get; init; } = "";
    public string Architecture { get; init; } = "";
    public string? Variant { get; init; }
    public string? Created { get; init; }
    public ImageProcess? Config { get; init; }
    public ImageRootfs Rootfs { get; init; } = new();
}

/// <summary>The digests of the uncompressed layers, lowest first.</summary>
public sealed record ImageRootfs
{
    public string Type { get; init; } = "";
    [JsonPropertyName("diff_ids")]
    public IReadOnlyList<string> DiffIds { get; init; } = [];
}
