using Containerd.Ttrpc;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>One call of a client, from the request's payload to the answer's.</summary>
internal static class TtrpcCall
{
    /// <param name="name">/service/method</param>
    /// <param name="givenUp">The caller's own token or one linked to it: ending by it is no deadline.</param>
    /// <exception cref="RpcException">It failed, wherever.</exception>
    public static async Task<ByteString> RunAsync(
        TtrpcChannel channel, string name, ByteString payload, CallOptions options, CancellationToken givenUp)
    {
        int slash = name.LastIndexOf('/');
        Request frame = new() { Service = name[1..slash], Method = name[(slash + 1)..], Payload = payload };
        foreach (Metadata.Entry header in options.Headers ?? Metadata.Empty)
            frame.Metadata.Add(new KeyValue { Key = header.Key, Value = header.Value });
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(givenUp);
        try
        {
            if (Remaining(options) is { } left)
            {
                frame.TimeoutNano = Math.Max(1, left.Ticks * 100);
                late.CancelAfter(left);
            }
            Response response = await channel.CallAsync(frame, late.Token);
            return response.Status is { Code: not 0 } status
                ? throw new RpcException(new Status((StatusCode)status.Code, status.Message))
                : response.Payload;
        }
        catch (OperationCanceledException)
        {
            // Told apart by whose wish it was: giving up and the deadline both end the same wait.
            throw new RpcException(givenUp.IsCancellationRequested
                ? new Status(StatusCode.Cancelled, $"cancelled: {name}")
                : new Status(StatusCode.DeadlineExceeded, $"deadline exceeded: {name}"));
        }
        catch (TtrpcException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"{name}: {e.Message}", e));
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
}
