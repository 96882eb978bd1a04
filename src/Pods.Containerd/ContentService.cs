using Containerd.Services.Content.V1;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>The store of blobs by digest: manifests, configurations and layers as they came.</summary>
public sealed class ContentService
{
    private readonly Content.ContentClient _content;

    internal ContentService(CallInvoker invoker) => _content = new(invoker);

    public async Task<BlobRecord?> FindAsync(string digest, CancellationToken cancel)
    {
        using var call = _content.InfoAsync(new() { Digest = digest }, cancellationToken: cancel);
        return await Answer.OrNull(call, $"look up blob {digest}", cancel) is { Info: { } found } ? BlobRecord.From(found) : null;
    }

    public async Task<IReadOnlyList<BlobRecord>> ListAsync(CancellationToken cancel, params string[] filters)
    {
        List<BlobRecord> all = [];
        using var call = _content.List(new() { Filters = { filters } }, cancellationToken: cancel);
        await foreach (ListContentResponse part in Answer.Each(call.ResponseStream, "list blobs", cancel))
            all.AddRange(part.Info.Select(BlobRecord.From));
        return all;
    }

    /// <summary>A whole blob, for documents. Null: there is no such blob.</summary>
    public async Task<byte[]?> ReadAsync(string digest, CancellationToken cancel)
    {
        MemoryStream whole = new();
        using var call = _content.Read(new() { Digest = digest }, cancellationToken: cancel);
        try
        {
            await foreach (ReadContentResponse part in Answer.Each(call.ResponseStream, $"read blob {digest}", cancel))
                part.Data.WriteTo(whole);
        }
        catch (ContainerdException e) when (e.Code is StatusCode.NotFound)
        {
            return null;
        }
        return whole.ToArray();
    }

    /// <summary>Adds labels to a blob, leaving its others. False: there is no such blob.</summary>
    public async Task<bool> LabelAsync(string digest, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        if (labels.Count == 0)
            return true;
        UpdateRequest request = new() { Info = new() { Digest = digest, Labels = { Maps.Of(labels) } }, UpdateMask = new() };
        request.UpdateMask.Paths.AddRange(labels.Keys.Select(key => "labels." + key));
        using var call = _content.UpdateAsync(request, cancellationToken: cancel);
        return await Answer.Found(call, $"label blob {digest}", cancel);
    }

    /// <summary>False: there is no such blob.</summary>
    public async Task<bool> DeleteAsync(string digest, CancellationToken cancel)
    {
        using var call = _content.DeleteAsync(new() { Digest = digest }, cancellationToken: cancel);
        return await Answer.Found(call, $"delete blob {digest}", cancel);
    }

    /// <summary>
    /// Opens the ingest of that name, where an earlier writer left it, and locks it until the writer is disposed.
    /// Null: the blob is in the store already.
    /// </summary>
    public async Task<ContentWriter?> OpenWriterAsync(string ingest, long size, string digest, CancellationToken cancel)
    {
        ContentWriter writer = new(_content.Write(cancellationToken: cancel), digest, size, cancel);
        try
        {
            if (await writer.OpenAsync(ingest))
                return writer;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
        await writer.DisposeAsync();
        return null;
    }

    /// <summary>Forgets a half-written ingest. False: there is none.</summary>
    public async Task<bool> AbortAsync(string ingest, CancellationToken cancel)
    {
        using var call = _content.AbortAsync(new() { Ref = ingest }, cancellationToken: cancel);
        return await Answer.Found(call, $"abort ingest \"{ingest}\"", cancel);
    }

    public async Task<IReadOnlyList<string>> ListIngestsAsync(CancellationToken cancel)
    {
        using var call = _content.ListStatusesAsync(new(), cancellationToken: cancel);
        return [.. (await Answer.Of(call, "list ingests", cancel)).Statuses.Select(s => s.Ref)];
    }
}
