using Containerd.Ttrpc;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>Generated clients' calls on a <see cref="TtrpcChannel"/>; ttrpc here is unary.</summary>
internal sealed class TtrpcCallInvoker(TtrpcChannel channel) : CallInvoker
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        Task<TResponse> answer = CallAsync(method, options, request, cancel);
        return new(answer, Task.FromResult(Metadata.Empty), () => StatusOf(answer), () => Metadata.Empty, () => GiveUp(cancel));
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
        Method<TRequest, TResponse> method, CallOptions options, TRequest request, CancellationTokenSource cancel)
        where TRequest : class
        where TResponse : class
    {
        Request frame = new()
        {
            Service = method.ServiceName,
            Method = method.Name,
            Payload = Payload.Serialize(method.RequestMarshaller, request),
        };
        foreach (Metadata.Entry header in options.Headers ?? Metadata.Empty)
            frame.Metadata.Add(new KeyValue { Key = header.Key, Value = header.Value });
        try
        {
            if (options.Deadline is { } deadline)
            {
                TimeSpan left = deadline - DateTime.UtcNow;
                frame.TimeoutNano = Math.Max(1, left.Ticks * 100);
                cancel.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            Response response = await channel.CallAsync(frame, cancel.Token);
            if (response.Status is { Code: not 0 } status)
                throw new RpcException(new Status((StatusCode)status.Code, status.Message));
            return Payload.Deserialize(method.ResponseMarshaller, response.Payload);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(Interruption(method, options));
        }
        catch (TtrpcException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"{method.FullName}: {e.Message}", e));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"answer of {method.FullName}: {e.Message}", e));
        }
        finally
        {
            cancel.Dispose();
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

    /// <summary>Told apart by whose wish it was: the caller's token and the caller's deadline both end the same wait.</summary>
    private static Status Interruption(IMethod method, CallOptions options) =>
        !options.CancellationToken.IsCancellationRequested && options.Deadline <= DateTime.UtcNow
            ? new Status(StatusCode.DeadlineExceeded, $"deadline exceeded: {method.FullName}")
            : new Status(StatusCode.Cancelled, $"cancelled: {method.FullName}");

    private static Status StatusOf<TResponse>(Task<TResponse> answer) =>
        answer.IsCompletedSuccessfully ? Status.DefaultSuccess
        : answer.Exception?.InnerException is RpcException e ? e.Status
        : throw new InvalidOperationException("the call has not ended");

    private static NotSupportedException NotCarried(IMethod method) =>
        new($"call {method.FullName}: ttrpc here carries unary methods only, not {method.Type}");
}
