using System.Net;

namespace Pods.Grpc;

/// <summary>The messages of a client that streams: the HTTP stack lends its stream here until the client or the call is done.</summary>
internal sealed class StreamedContent : RequestContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The body, once the request's headers are on their way; cancelled when the call ends before that.</summary>
    public Task<Stream> Opened => _opened.Task;

    /// <summary>Ends the body: the client has sent all, or nobody reads it any more.</summary>
    public void Complete()
    {
        _complete.TrySetResult();
        _opened.TrySetCanceled();
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers wait in a buffer for the first bytes of the body, and a server may want to speak first.
        try
        {
            await stream.FlushAsync(cancellationToken);
        }
        catch
        {
            // A server that refuses at once has ended the stream by now: a writer that waited on would never learn why.
            _opened.TrySetCanceled(CancellationToken.None);
            throw;
        }
        _opened.TrySetResult(stream);
        await _complete.Task.WaitAsync(cancellationToken);
    }
}
