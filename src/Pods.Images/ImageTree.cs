using System.Text.Json;
using Pods.Oci;

namespace Pods.Images;

/// <summary>
/// What hangs on an image's target for one platform: the documents from the target down to the manifest, the configuration,
/// the layers. Read through a function, since a pull has them from a registry and an import from the store.
/// </summary>
internal sealed record ImageTree
{
    private const int MaximumDepth = 4;

    /// <summary>The target first, the manifest last.</summary>
    public required IReadOnlyList<(ImageDescriptor Descriptor, IReadOnlyDictionary<string, string> GcLabels)> Documents { get; init; }
    public required ImageManifest Manifest { get; init; }
    public required ImageConfig Config { get; init; }

    public ImageDescriptor Target => Documents[0].Descriptor;
    public string Id => Manifest.Config.Digest;
    public string ChainId => Sha256Digest.ChainId(Config.Rootfs.DiffIds);
    public long Size => Documents[^1].Descriptor.Size + Manifest.Config.Size + Manifest.Layers.Sum(l => l.Size);

    /// <summary>Null when <paramref name="read"/> answers null for a part of it.</summary>
    public static async Task<ImageTree?> ReadAsync(
        ImageDescriptor target, ImagePlatform machine, Func<ImageDescriptor, Task<byte[]?>> read)
    {
        List<(ImageDescriptor, IReadOnlyDictionary<string, string>)> documents = [];
        ImageDescriptor next = target;
        for (int depth = 0; depth < MaximumDepth; depth++)
        {
            if (await read(next) is not { } content)
                return null;
            next = next with { MediaType = ImageDocument.TypeOf(content, next.MediaType) };
            if (!ImageMediaTypes.IsIndex(next.MediaType))
            {
                ImageManifest manifest = ImageDocument.Manifest(content, next);
                documents.Add((next, GcLabels.Of(manifest)));
                return await read(manifest.Config) is { } json
                    ? new() { Documents = documents, Manifest = manifest, Config = ImageDocument.Config(json, manifest, machine) }
                    : null;
            }
            ImageIndex index = ImageDocument.Index(content, next);
            documents.Add((next, GcLabels.Of(index)));
            next = PlatformChoice.Best(index.Manifests, machine) ?? throw ImageDocument.NoPlatform(index, machine);
        }
        throw new ImageException(ImageFailure.BadContent, $"its indexes are nested deeper than {MaximumDepth}");
    }
}
