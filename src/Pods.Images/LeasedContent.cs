using Grpc.Core;
using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

/// <summary>Blobs on their way into the content store, each once however many pulls want it, all under one lease.</summary>
internal sealed class LeasedContent(Lease lease, KeyedGate gate, DiskSpace space, TimeProvider time)
{
    private const int LockedAttempts = 20;
    private static readonly TimeSpan s_lockedPause = TimeSpan.FromMilliseconds(100);

    private ContentService Content => lease.Containerd.Content;

    /// <summary>Null: the store does not have it. What it has is kept from here on.</summary>
    public async Task<byte[]?> ReadAsync(ImageDescriptor blob, CancellationToken cancel) =>
        blob.Size <= RegistrySession.MaximumDocument && await HasAsync(blob, cancel) ? await Content.ReadAsync(blob.Digest, cancel) : null;

    public Task WriteAsync(
        ImageDescriptor blob, byte[] content, IReadOnlyDictionary<string, string> labels, CancellationToken cancel) =>
        EnsureAsync(blob, labels, async writer =>
        {
            await writer.RestartAsync();
            for (int at = 0; at < content.Length; at += ContentWriter.MaximumPart)
                await writer.WriteAsync(content.AsMemory(at, Math.Min(ContentWriter.MaximumPart, content.Length - at)));
        }, cancel);

    public Task<bool> LabelAsync(string digest, IReadOnlyDictionary<string, string> labels, CancellationToken cancel) =>
        Content.LabelAsync(digest, labels, cancel);

    /// <summary>Makes the blob be there: as it is, or as <paramref name="fill"/> writes it. A failure leaves no ingest.</summary>
    public async Task EnsureAsync(
        ImageDescriptor blob, IReadOnlyDictionary<string, string> labels, Func<ContentWriter, Task> fill, CancellationToken cancel)
    {
        using IDisposable turn = await gate.EnterAsync(blob.Digest, cancel);
        if (!await HasAsync(blob, cancel) && await IngestAsync(blob, labels, fill, cancel))
            return;
        await Content.LabelAsync(blob.Digest, labels, cancel);
    }

    /// <summary>A blob whose digest shows only when it has been read.</summary>
    public async Task<ImageDescriptor> StoreAsync(Stream source, long size, CancellationToken cancel)
    {
        string ingest = $"pods-import-{Guid.NewGuid():N}";
        try
        {
            await using ContentWriter writer = await Content.OpenWriterAsync(ingest, size, "", cancel)
                ?? throw new ImageException(ImageFailure.Other, $"the ingest \"{ingest}\" is taken");
            string digest = await BlobCopy.RunAsync(source, writer, _ => { }, cancel);
            // It may have been there before: then the lease is to keep that one.
            if (!await writer.CommitAsync(digest, new Dictionary<string, string>()))
                await lease.KeepBlobAsync(digest, cancel);
            return new() { Digest = digest, Size = size };
        }
        catch (Exception e)
        {
            ImageException? full = e is ContainerdException ? await space.ExplainAsync(e, CancellationToken.None) : null;
            await AbortAsync(ingest);
            if (full is not null)
                throw full;
            throw;
        }
    }

    /// <summary>Whether the blob is here; if so, it is kept from here on.</summary>
    public async Task<bool> HasAsync(ImageDescriptor blob, CancellationToken cancel)
    {
        // The lease comes first: between looking and keeping, the collector could take it away.
        await lease.KeepBlobAsync(blob.Digest, cancel);
        return await Content.FindAsync(blob.Digest, cancel) is { } found && (blob.Size == 0 || found.Size == blob.Size);
    }

    // False: somebody else's blob was first.
    private async Task<bool> IngestAsync(
        ImageDescriptor blob, IReadOnlyDictionary<string, string> labels, Func<ContentWriter, Task> fill, CancellationToken cancel)
    {
        string ingest = "pods-" + blob.Digest;
        ContentWriter? writer = await OpenAsync(ingest, blob, cancel);
        if (writer is null)
            return false;
        try
        {
            await using (writer)
            {
                bool isResumed = writer.Offset > 0;
                await fill(writer);
                try
                {
                    return await writer.CommitAsync(labels);
                }
                catch (ContainerdException e) when (isResumed && e.Code is StatusCode.FailedPrecondition)
                {
                    // The bytes that an earlier process left were not the blob's.
                    await Content.AbortAsync(ingest, cancel);
                }
            }
            return await IngestAsync(blob, labels, fill, cancel);
        }
        catch (Exception e)
        {
            ImageException? full = e is ContainerdException ? await space.ExplainAsync(e, CancellationToken.None) : null;
            await AbortAsync(ingest);
            if (full is not null)
                throw full;
            throw;
        }
    }

    // An ingest stays locked for a moment after its writer is gone: that of a podsd that was killed, say.
    private async Task<ContentWriter?> OpenAsync(string ingest, ImageDescriptor blob, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await Content.OpenWriterAsync(ingest, blob.Size, blob.Digest, cancel);
            }
            catch (ContainerdException e) when (e.IsUnavailable && attempt < LockedAttempts)
            {
                await Task.Delay(s_lockedPause, time, cancel);
            }
        }
    }

    private async Task AbortAsync(string ingest)
    {
        for (int attempt = 0; attempt < LockedAttempts; attempt++)
        {
            try
            {
                await Content.AbortAsync(ingest, CancellationToken.None);
                return;
            }
            catch (ContainerdException e) when (e.Code is StatusCode.Unavailable or StatusCode.FailedPrecondition)
            {
                await Task.Delay(s_lockedPause, time);
            }
            catch (ContainerdException)
            {
                // It goes with the lease; the failure that brought us here is the one to report.
                return;
            }
        }
    }
}
