using Grpc.Core;

namespace Pods.Grpc;

/// <summary>The server's half of a streaming call, as the generated clients hand it out.</summary>
internal sealed class ResponseStreamReader<TResponse>(GrpcCall<TResponse> call) : IAsyncStreamReader<TResponse>
    where TResponse : class
{
    private TResponse? _current;

    public TResponse Current => _current ?? throw new InvalidOperationException($"answers of {call.Name}: no message has been read");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        using (call.CancelWith(cancellationToken))
        {
            _current = await call.NextAsync();
            return _current is not null;
        }
    }
}
