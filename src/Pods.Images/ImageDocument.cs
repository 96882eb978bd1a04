using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pods.Oci;

namespace Pods.Images;

/// <summary>Reads an image's JSON with distrust: it was written by whoever made the image.</summary>
internal static class ImageDocument
{
    private const int MaximumLayers = 1024;

    /// <summary>What a document says of itself goes before what others said of it.</summary>
    public static string TypeOf(byte[] content, string said)
    {
        ImageIndex document = Parse(content, ImageJson.Default.ImageIndex, "a manifest");
        string type = document.MediaType is { Length: > 0 } own ? own : said;
        if (document.SchemaVersion == 1 || ImageMediaTypes.IsSchema1(type))
            throw new ImageException(
                ImageFailure.BadContent, "it is in Docker's schema 1, which is not read any more: push it again with a current tool");
        if (ImageMediaTypes.IsIndex(type) || ImageMediaTypes.IsManifest(type))
            return type;
        // Old OCI documents need not say what they are, and some registries call everything plain JSON.
        return document.Manifests is { Count: > 0 } ? ImageMediaTypes.Index : ImageMediaTypes.Manifest;
    }

    public static ImageIndex Index(byte[] content, ImageDescriptor descriptor)
    {
        ImageIndex index = Parse(content, ImageJson.Default.ImageIndex, $"index {Sha256Digest.Short(descriptor.Digest)}");
        foreach (ImageDescriptor manifest in index.Manifests ?? [])
            Check(manifest, "a manifest");
        return index with { Manifests = index.Manifests ?? [] };
    }

    public static ImageManifest Manifest(byte[] content, ImageDescriptor descriptor)
    {
        ImageManifest manifest = Parse(content, ImageJson.Default.ImageManifest, $"manifest {Sha256Digest.Short(descriptor.Digest)}");
        manifest = manifest with { Layers = manifest.Layers ?? [] };
        Check(manifest.Config, "the configuration");
        if (manifest.Config.Size > RegistrySession.MaximumDocument || manifest.Layers.Count > MaximumLayers)
            throw new ImageException(ImageFailure.BadContent, "its configuration or its number of layers is out of all proportion");
        foreach (ImageDescriptor layer in manifest.Layers)
        {
            Check(layer, "a layer");
            if (!IsLayer(layer.MediaType))
                throw new ImageException(
                    ImageFailure.BadContent, $"it is not the image of a container: it holds \"{layer.MediaType}\"");
        }
        return manifest;
    }

    public static ImageConfig Config(byte[] content, ImageManifest manifest, ImagePlatform machine)
    {
        ImageConfig config = Parse(content, ImageJson.Default.ImageConfig, "the configuration");
        IReadOnlyList<string> diffIds = config.Rootfs?.DiffIds ?? [];
        if (diffIds.Count != manifest.Layers.Count || !diffIds.All(Sha256Digest.IsValid))
            throw new ImageException(
                ImageFailure.BadContent, $"its configuration names {diffIds.Count} layers and its manifest {manifest.Layers.Count}");
        ImagePlatform platform = new() { Os = config.Os, Architecture = config.Architecture, Variant = config.Variant };
        if (PlatformChoice.Rank(platform, machine) is null)
            throw new ImageException(
                ImageFailure.UnsupportedPlatform, $"it is for {platform}, and this machine is {machine}: use an image for {machine}");
        return config with { Rootfs = new() { Type = "layers", DiffIds = diffIds } };
    }

    public static ImageException NoPlatform(ImageIndex index, ImagePlatform machine)
    {
        string offered = string.Join(", ", index.Manifests.Select(m => m.Platform?.ToString() ?? "?").Where(p => p != "unknown/unknown").Distinct());
        return new(ImageFailure.UnsupportedPlatform,
            $"it is not for {machine}, only for {(offered.Length > 0 ? offered : "nothing")}: use an image for {machine}");
    }

    public static T Parse<T>(byte[] content, JsonTypeInfo<T> type, string what) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new ImageException(ImageFailure.BadContent, $"{what} is not JSON of the expected form ({e.Path ?? "$"})", e);
        }
    }

    private static bool IsLayer(string type) =>
        type.StartsWith("application/vnd.oci.image.layer.", StringComparison.Ordinal)
        || type.StartsWith("application/vnd.docker.image.rootfs.", StringComparison.Ordinal);

    private static void Check(ImageDescriptor? descriptor, string what)
    {
        if (descriptor is null || !Sha256Digest.IsValid(descriptor.Digest) || descriptor.Size < 0)
            throw new ImageException(
                ImageFailure.BadContent, $"{what} is named by \"{descriptor?.Digest}\", which is not sha256: and 64 hexadecimal digits");
    }
}
