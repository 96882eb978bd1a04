using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>Generated clients' calls on a <see cref="TtrpcChannel"/>; ttrpc here is unary.</summary>
internal sealed class TtrpcCallInvoker(TtrpcChannel channel) : CallInvoker
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        CancellationTokenSource givenUp = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        Task<TResponse> answer = CallAsync(method, options, request, givenUp);
        return new(answer, Task.FromResult(Metadata.Empty), () => StatusOf(answer), () => Metadata.Empty, () => GiveUp(givenUp));
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        AsyncUnaryCall(method, host, options, request).ResponseAsync.GetAwaiter().GetResult();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw NotCarried(method);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw NotCarried(method);

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw NotCarried(method);

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method, CallOptions options, TRequest request, CancellationTokenSource givenUp)
        where TRequest : class
        where TResponse : class
    {
        try
        {
            ByteString payload = Payload.Serialize(method.RequestMarshaller, request);
            ByteString answer = await TtrpcCall.RunAsync(channel, method.FullName, payload, options, givenUp.Token);
            return Payload.Deserialize(method.ResponseMarshaller, answer);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"answer of {method.FullName}: {e.Message}", e));
        }
        finally
        {
            givenUp.Dispose();
        }
    }

    private static void GiveUp(CancellationTokenSource call)
    {
        try
        {
            call.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call has ended meanwhile: nothing is left to give up.
        }
    }

    private static Status StatusOf<TResponse>(Task<TResponse> answer) =>
        answer.IsCompletedSuccessfully ? Status.DefaultSuccess
        : answer.Exception?.InnerException is RpcException e ? e.Status
        : throw new InvalidOperationException("the call has not ended");

    private static NotSupportedException NotCarried(IMethod method) =>
        new($"call {method.FullName}: ttrpc here carries unary methods only, not {method.Type}");
}
