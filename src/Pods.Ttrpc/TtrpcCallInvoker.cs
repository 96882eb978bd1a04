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
        Request frame = new()
        {
            Service = method.ServiceName,
            Method = method.Name,
            Payload = Payload.Serialize(method.RequestMarshaller, request),
        };
        foreach (Metadata.Entry header in options.Headers ?? Metadata.Empty)
            frame.Metadata.Add(new KeyValue { Key = header.Key, Value = header.Value });
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(givenUp.Token);
        try
        {
            if (Remaining(options) is { } left)
            {
                frame.TimeoutNano = Math.Max(1, left.Ticks * 100);
                late.CancelAfter(left);
            }
            Response response = await channel.CallAsync(frame, late.Token);
            if (response.Status is { Code: not 0 } status)
                throw new RpcException(new Status((StatusCode)status.Code, status.Message));
            return Payload.Deserialize(method.ResponseMarshaller, response.Payload);
        }
        catch (OperationCanceledException)
        {
            // Told apart by whose wish it was: giving up and the deadline both end the same wait.
            throw new RpcException(givenUp.IsCancellationRequested
                ? new Status(StatusCode.Cancelled, $"cancelled: {method.FullName}")
                : new Status(StatusCode.DeadlineExceeded, $"deadline exceeded: {method.FullName}"));
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

    /// <summary>Null without a deadline, or with one that no timer can wait for: those take at most 49 days.</summary>
    private static TimeSpan? Remaining(CallOptions options)
    {
        TimeSpan? left = options.Deadline - DateTime.UtcNow;
        return left switch
        {
            null => null,
            { TotalMilliseconds: >= uint.MaxValue - 1 } => null,
            _ => left > TimeSpan.Zero ? left : TimeSpan.Zero,
        };
    }

    private static Status StatusOf<TResponse>(Task<TResponse> answer) =>
        answer.IsCompletedSuccessfully ? Status.DefaultSuccess
        : answer.Exception?.InnerException is RpcException e ? e.Status
        : throw new InvalidOperationException("the call has not ended");

    private static NotSupportedException NotCarried(IMethod method) =>
        new($"call {method.FullName}: ttrpc here carries unary methods only, not {method.Type}");
}
