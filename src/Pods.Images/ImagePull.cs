using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

/// <summary>One pull: resolve, fetch what is missing, unpack as the layers come.</summary>
internal sealed class ImagePull(
    ImageReference reference, RegistrySession registry, LeasedContent content, LayerUnpacker unpacker, ImageOptions options,
    IProgress<PullProgress> progress)
{
    private const string ManifestPart = "manifest";

    public async Task<ImageTree> RunAsync(CancellationToken cancel)
    {
        Report(ManifestPart, PullStage.Resolving, 0, 0);
        ImageDescriptor target = await ResolveAsync(cancel);
        ImageTree image = await ImageTree.ReadAsync(target, PlatformChoice.Machine, part => DocumentAsync(part, cancel))
            ?? throw new ImageException(ImageFailure.BadContent, "it is not complete");
        Report(ManifestPart, PullStage.Done, target.Size, target.Size);

        using CancellationTokenSource firstFailure = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using SemaphoreSlim slots = new(Math.Max(1, options.ParallelLayers));
        Task[] downloads = [.. image.Manifest.Layers.Select(layer => DownloadAsync(layer, slots, firstFailure.Token))];
        Task unpacking = unpacker.UnpackAsync(
            image, i => downloads[i], (i, stage) => ReportLayer(image.Manifest.Layers[i], stage), firstFailure.Token);
        await FirstFailure.AllAsync([.. downloads, unpacking], firstFailure);

        // The labels that hold the image together come when all of it is there; until then the lease holds it.
        foreach (var (document, labels) in image.Documents)
            await content.LabelAsync(document.Digest, labels, cancel);
        return image;
    }

    private async Task<ImageDescriptor> ResolveAsync(CancellationToken cancel)
    {
        if (await registry.ResolveDigestAsync(cancel) is { } digest
            && await content.ReadAsync(new() { Digest = digest }, cancel) is { } known)
            return new() { Digest = digest, Size = known.Length, MediaType = ImageDocument.TypeOf(known, "") };
        FetchedDocument fetched = await registry.FetchTargetAsync(cancel);
        ImageDescriptor target = fetched.Descriptor with { MediaType = ImageDocument.TypeOf(fetched.Content, fetched.Descriptor.MediaType) };
        await content.WriteAsync(target, fetched.Content, GcLabels.Source(reference), cancel);
        return target;
    }

    private async Task<byte[]?> DocumentAsync(ImageDescriptor part, CancellationToken cancel)
    {
        if (await content.ReadAsync(part, cancel) is { } known)
            return known;
        bool isManifest = ImageMediaTypes.IsIndex(part.MediaType) || ImageMediaTypes.IsManifest(part.MediaType);
        FetchedDocument fetched = isManifest
            ? await registry.FetchManifestAsync(part, cancel) : await registry.FetchDocumentAsync(part, cancel);
        await content.WriteAsync(fetched.Descriptor, fetched.Content, GcLabels.Source(reference), cancel);
        return fetched.Content;
    }

    private async Task DownloadAsync(ImageDescriptor layer, SemaphoreSlim slots, CancellationToken cancel)
    {
        ReportLayer(layer, PullStage.Waiting);
        await slots.WaitAsync(cancel);
        try
        {
            BlobTransfer transfer = new(registry, reference, options.Time);
            string part = Sha256Digest.Short(layer.Digest);
            await content.EnsureAsync(
                layer, GcLabels.Source(reference),
                writer => transfer.CopyAsync(layer, writer, bytes => Report(part, PullStage.Downloading, bytes, layer.Size), cancel),
                cancel);
        }
        finally
        {
            slots.Release();
        }
    }

    private void ReportLayer(ImageDescriptor layer, PullStage stage) =>
        Report(Sha256Digest.Short(layer.Digest), stage, stage is PullStage.Waiting ? 0 : layer.Size, layer.Size);

    private void Report(string part, PullStage stage, long bytes, long total) =>
        progress.Report(new(reference.Name, part, stage, bytes, total));
}
