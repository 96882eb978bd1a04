using System.Text.Json;
using Pods.Oci;

namespace Pods.Images;

/// <summary>One import: reads the archive into the store, then makes images of what its table of contents names.</summary>
internal sealed class ArchiveImport(
    LeasedContent content, LayerUnpacker unpacker, ImageCatalog catalog, IProgress<PullProgress>? progress, TimeProvider time)
{
    private const string ContainerdName = "io.containerd.image.name";
    private const string OciName = "org.opencontainers.image.ref.name";

    public async Task<IReadOnlyList<string>> RunAsync(Stream archive, CancellationToken cancel)
    {
        ArchiveReader reader = new(content, (digest, bytes, total) => Report(digest, PullStage.Downloading, bytes, total));
        await reader.ReadAsync(archive, cancel);
        IReadOnlyList<(ImageDescriptor Target, IReadOnlyList<string> Names)> found = reader switch
        {
            { Index: { } index } => [.. ImageDocument.Index(index, new() { Digest = "index.json" }).Manifests.Select(m => (m, NamesOf(m)))],
            { DockerManifest: { } manifest } => await DockerImagesAsync(manifest, reader, cancel),
            _ => throw new ImageException(
                ImageFailure.BadContent, "the archive holds no image: it has neither index.json (OCI) nor manifest.json (docker save)"),
        };
        List<string> added = [];
        ImageException? foreign = null;
        foreach (var (target, names) in found)
        {
            try
            {
                added.AddRange(await AddAsync(target, names, cancel));
            }
            catch (ImageException e) when (e.Kind is ImageFailure.UnsupportedPlatform)
            {
                // An archive of several platforms is good for this machine if one of them is.
                foreign = e;
            }
        }
        return added.Count > 0 ? added : throw foreign ?? new(ImageFailure.BadContent, "the archive's table of contents is empty");
    }

    private async Task<IEnumerable<string>> AddAsync(ImageDescriptor target, IReadOnlyList<string> names, CancellationToken cancel)
    {
        ImageReference[] references = [.. names.Select(ImageReference.Parse)];
        ImageTree image = await ImageTree.ReadAsync(target, PlatformChoice.Machine, part => content.ReadAsync(part, cancel))
            ?? throw Incomplete(target);
        foreach (ImageDescriptor layer in image.Manifest.Layers)
        {
            if (!await content.HasAsync(layer, cancel))
                throw Incomplete(layer);
        }
        await unpacker.UnpackAsync(
            image, _ => Task.CompletedTask,
            (i, stage) => Report(image.Manifest.Layers[i].Digest, stage, image.Manifest.Layers[i].Size, image.Manifest.Layers[i].Size),
            cancel);
        foreach (var (document, labels) in image.Documents)
            await content.LabelAsync(document.Digest, labels, cancel);
        if (references.Length == 0)
            return [(await catalog.AddAsync(null, image, cancel)).Name];
        foreach (ImageReference reference in references)
            await catalog.AddAsync(reference, image, cancel);
        return references.Select(r => r.Name);
    }

    private IReadOnlyList<string> NamesOf(ImageDescriptor manifest)
    {
        string? full = manifest.Annotations?.GetValueOrDefault(ContainerdName);
        string? name = manifest.Annotations?.GetValueOrDefault(OciName);
        if (full is { Length: > 0 })
            return [full];
        if (name is not { Length: > 0 })
            return [];
        // OCI leaves open whether this is a name or a tag only. A tag gets the repository that ctr gives it.
        return [name.AsSpan().IndexOfAny("/:") >= 0 ? name : $"import-{time.GetUtcNow():yyyy-MM-dd}:{name}"];
    }

    private async Task<IReadOnlyList<(ImageDescriptor, IReadOnlyList<string>)>> DockerImagesAsync(
        byte[] manifest, ArchiveReader reader, CancellationToken cancel)
    {
        List<(ImageDescriptor, IReadOnlyList<string>)> images = [];
        foreach (ImageArchiveEntry entry in ImageDocument.Parse(manifest, ImageJson.Default.ListImageArchiveEntry, "manifest.json"))
        {
            ImageManifest made = new()
            {
                SchemaVersion = 2,
                MediaType = ImageMediaTypes.DockerManifest,
                Config = Part(reader, entry.Config) with { MediaType = ImageMediaTypes.DockerConfig },
                Layers = [.. (entry.Layers ?? []).Select(path => Part(reader, path))],
            };
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(made, ImageJson.Default.ImageManifest);
            ImageDescriptor target = new() { MediaType = ImageMediaTypes.DockerManifest, Digest = Sha256Digest.Of(json), Size = json.Length };
            await content.WriteAsync(target, json, new Dictionary<string, string>(), cancel);
            images.Add((target, entry.RepoTags ?? []));
        }
        return images;
    }

    private static ImageDescriptor Part(ArchiveReader reader, string? path) =>
        path is not null && reader.File(path) is { } part
            ? part
            : throw new ImageException(ImageFailure.BadContent, $"the archive lacks \"{path}\", which its manifest.json names");

    private static ImageException Incomplete(ImageDescriptor part) =>
        new(ImageFailure.BadContent, $"the archive lacks {part.Digest} or what it names, and it is not in the store either");

    private void Report(string part, PullStage stage, long bytes, long total) =>
        progress?.Report(new("", Sha256Digest.Short(part), stage, bytes, total));
}
