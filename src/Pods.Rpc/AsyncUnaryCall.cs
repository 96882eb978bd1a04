using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>A call with one request and one answer under way: await it for the answer, dispose it to give up.</summary>
public sealed class AsyncUnaryCall<TResponse>(
    Task<TResponse> responseAsync,
    Task<Metadata> responseHeadersAsync,
    Func<Status> getStatusFunc,
    Func<Metadata> getTrailersFunc,
    Action disposeAction) : IDisposable
{
    public Task<TResponse> ResponseAsync { get; } = responseAsync;
    public Task<Metadata> ResponseHeadersAsync { get; } = responseHeadersAsync;

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();
    public Status GetStatus() => getStatusFunc();
    public Metadata GetTrailers() => getTrailersFunc();
    public void Dispose() => disposeAction();
}
