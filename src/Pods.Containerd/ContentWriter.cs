using Containerd.Services.Content.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>One blob on its way into the content store; it becomes a blob when it is committed, and only whole.</summary>
public sealed class ContentWriter : IAsyncDisposable
{
    /// <summary>containerd takes messages of up to 16 MiB; with 1 MiB the way there and back costs little beside the copying.</summary>
    public const int MaximumPart = 1 << 20;

    private readonly AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> _call;
    private string _digest;
    private readonly long _size;
    private readonly CancellationToken _cancel;

    internal ContentWriter(
        AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, string digest, long size, CancellationToken cancel)
    {
        _call = call;
        _digest = digest;
        _size = size;
        _cancel = cancel;
    }

    /// <summary>How many bytes the ingest holds: where the next part goes.</summary>
    public long Offset { get; private set; }

    public async Task WriteAsync(ReadOnlyMemory<byte> part)
    {
        await AskAsync(new() { Action = WriteAction.Write, Offset = Offset, Data = ByteString.CopyFrom(part.Span) });
    }

    /// <summary>Forgets what the ingest holds.</summary>
    public async Task RestartAsync()
    {
        // A write at 0 where the ingest is further on truncates it; containerd's Offset of the answer is then what was written.
        await AskAsync(new() { Action = WriteAction.Write, Offset = 0 });
        Offset = 0;
    }

    /// <summary>For a blob whose digest was not known when its ingest was opened.</summary>
    public Task<bool> CommitAsync(string digest, IReadOnlyDictionary<string, string> labels)
    {
        _digest = digest;
        return CommitAsync(labels);
    }

    /// <summary>containerd checks size and digest once more and makes the blob. False: somebody else's was first.</summary>
    public async Task<bool> CommitAsync(IReadOnlyDictionary<string, string> labels)
    {
        try
        {
            await AskAsync(new()
            {
                Action = WriteAction.Commit, Offset = Offset, Total = _size, Expected = _digest, Labels = { Maps.Of(labels) },
            });
            return true;
        }
        catch (ContainerdException e) when (e.Code is StatusCode.AlreadyExists)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        return ValueTask.CompletedTask;
    }

    internal async Task<bool> OpenAsync(string ingest)
    {
        try
        {
            await AskAsync(new() { Action = WriteAction.Stat, Ref = ingest, Total = _size, Expected = _digest });
            return true;
        }
        catch (ContainerdException e) when (e.Code is StatusCode.AlreadyExists)
        {
            return false;
        }
    }

    private async Task AskAsync(WriteContentRequest request)
    {
        string operation = $"write blob {_digest}";
        try
        {
            await _call.RequestStream.WriteAsync(request, _cancel);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException)
        {
            // The stream is finished: why is said where we read.
        }
        if (!await Answer.Next(_call.ResponseStream, operation, _cancel))
            throw new ContainerdException(operation, StatusCode.Unavailable, "containerd ended the write");
        Offset = _call.ResponseStream.Current.Offset;
    }
}
