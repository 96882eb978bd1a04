using System.Net;
using System.Security.Cryptography;
using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

/// <summary>One blob from a registry into an open ingest, going on where a dropped connection left it.</summary>
internal sealed class BlobTransfer(RegistrySession registry, ImageReference reference, TimeProvider time)
{
    private static readonly TimeSpan s_stallLimit = TimeSpan.FromMinutes(1);

    public async Task CopyAsync(ImageDescriptor blob, ContentWriter writer, Action<long> report, CancellationToken cancel)
    {
        List<ImageException> failures = [];
        foreach (RegistryServer server in registry.BlobServers)
        {
            try
            {
                await CopyFromAsync(server, blob, writer, report, cancel);
                return;
            }
            catch (ImageException e)
            {
                failures.Add(e);
                // What came may be what was wrong, so the next server gives it all.
                await writer.RestartAsync();
            }
        }
        throw RegistrySession.Combined(failures, reference.Host);
    }

    private async Task CopyFromAsync(
        RegistryServer server, ImageDescriptor blob, ContentWriter writer, Action<long> report, CancellationToken cancel)
    {
        // The bytes of an ingest that an earlier process began cannot be read back: containerd holds those against the digest.
        using IncrementalHash? hash = writer.Offset == 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        for (int attempt = 0; writer.Offset < blob.Size; attempt++)
        {
            long before = writer.Offset;
            using HttpResponseMessage response = await server.SendAsync(RegistryRequest.Blob(blob.Digest, before), cancel);
            Exception? drop = await ReadAsync(server, blob, response, writer, hash, report, cancel);
            if (writer.Offset > before)
                attempt = 0;
            if (writer.Offset >= blob.Size)
                break;
            if (attempt == RetryPolicy.Attempts - 1)
                throw new ImageException(ImageFailure.Unreachable,
                    $"{server.Host} breaks off layer {Sha256Digest.Short(blob.Digest)} at {writer.Offset} of {blob.Size} bytes: try again later", drop);
            await Task.Delay(RetryPolicy.Backoff(attempt), time, cancel);
        }
        if (hash is not null && Sha256Digest.Of(hash) is var digest && digest != blob.Digest)
            throw WrongDigest(server.Host, blob, digest);
    }

    public static ImageException WrongDigest(string host, ImageDescriptor blob, string digest) => new(
        ImageFailure.BadContent,
        $"{host} gives a layer whose digest is {digest} in place of {blob.Digest}: the registry or a proxy on the way is broken");

    // Null, or how the connection was lost.
    private static async Task<Exception?> ReadAsync(
        RegistryServer server, ImageDescriptor blob, HttpResponseMessage response, ContentWriter writer, IncrementalHash? hash,
        Action<long> report, CancellationToken cancel)
    {
        long skip = Skip(server, blob, response, writer.Offset);
        byte[] buffer = new byte[ContentWriter.MaximumPart];
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
            while (await FillAsync(body, buffer, cancel) is var read and > 0)
            {
                int skipped = (int)Math.Min(skip, read);
                skip -= skipped;
                ReadOnlyMemory<byte> part = buffer.AsMemory(skipped, read - skipped);
                if (writer.Offset + part.Length > blob.Size)
                    throw WrongSize(server, blob, "more than");
                if (part.IsEmpty)
                    continue;
                await writer.WriteAsync(part);
                hash?.AppendData(part.Span);
                report(writer.Offset);
            }
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            return e;
        }
    }

    // How much of the answer is already here: nothing, unless the server takes no notice of ranges.
    private static long Skip(RegistryServer server, ImageDescriptor blob, HttpResponseMessage response, long offset)
    {
        bool isPartial = response.StatusCode is HttpStatusCode.PartialContent;
        long? total = isPartial ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength;
        if (total is { } length && length != blob.Size)
            throw WrongSize(server, blob, $"{length} bytes, not");
        if (isPartial && response.Content.Headers.ContentRange?.From is { } from && from != offset)
            throw new ImageException(ImageFailure.BadContent, $"{server.Host} answers bytes from {from} where {offset} was asked");
        return isPartial ? 0 : offset;
    }

    private static async Task<int> FillAsync(Stream body, byte[] buffer, CancellationToken cancel)
    {
        using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stall.CancelAfter(s_stallLimit);
        int filled = 0;
        try
        {
            while (filled < buffer.Length && await body.ReadAsync(buffer.AsMemory(filled), stall.Token) is var read and > 0)
                filled += read;
        }
        catch (Exception e) when (filled > 0 && e is HttpRequestException or IOException)
        {
            // What came before the drop is good; the next read meets the drop again.
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {s_stallLimit.TotalSeconds} s", e);
        }
        return filled;
    }

    private static ImageException WrongSize(RegistryServer server, ImageDescriptor blob, string sent) => new(
        ImageFailure.BadContent,
        $"{server.Host} gives {sent} the {blob.Size} bytes of layer {Sha256Digest.Short(blob.Digest)}: the registry or a proxy on the way is broken");
}
