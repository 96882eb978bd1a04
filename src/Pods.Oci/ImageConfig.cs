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
