using Grpc.Core;

namespace Pods.Grpc;

/// <summary>The client's half of a streaming call, as the generated clients hand it out.</summary>
internal sealed class RequestStreamWriter<TRequest, TResponse>(
    GrpcCall<TResponse> call, StreamedContent content, Marshaller<TRequest> marshaller) : IClientStreamWriter<TRequest>
    where TResponse : class
{
    private bool _isComplete;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        if (_isComplete)
            throw new InvalidOperationException($"write to {call.Name}: the request stream has been completed");
        byte[] frame = GrpcFrame.Encode(Payload.Serialize(marshaller, message));
        using (call.CancelWith(cancellationToken))
        {
            try
            {
                Stream body = await content.Opened;
                await body.WriteAsync(frame, call.Stopping);
                await body.FlushAsync(call.Stopping);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                // The server ends a call by answering, often while the client still sends: its status is the reason, not ours.
                Status status = await call.DrainAsync();
                throw status.StatusCode == StatusCode.OK
                    ? new InvalidOperationException($"write to {call.Name}: the server has ended the call", e)
                    : new RpcException(status, call.Trailers);
            }
        }
    }

    public Task CompleteAsync()
    {
        _isComplete = true;
        content.Complete();
        return Task.CompletedTask;
    }
}
