using System.Net.Sockets;
using Grpc.Core;

namespace Pods.Grpc;

/// <summary>The one table from what the HTTP stack throws to a call's status.</summary>
internal static class CallFailure
{
    public static bool IsExpected(Exception e) =>
        e is OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException;

    public static Status Of(Exception e, CallLifetime lifetime, string method, string socket)
    {
        // Cancellation reaches a call as any of these, depending on what it was doing.
        if (e is OperationCanceledException || lifetime.Token.IsCancellationRequested)
            return lifetime.Reason(method);
        if (Find<SocketException>(e) is { } failure)
            return new Status(StatusCode.Unavailable, $"connect {socket}: {Sentence(failure)}", e);
        StatusCode code = Find<HttpProtocolException>(e)?.ErrorCode switch
        {
            // RST_STREAM codes (PROTOCOL-HTTP2.md, "Errors"); NO_ERROR also comes with a server's GOAWAY.
            1 or 2 or 3 or 4 or 5 or 6 or 9 or 10 => StatusCode.Internal,
            8 => StatusCode.Cancelled,
            11 => StatusCode.ResourceExhausted,
            12 => StatusCode.PermissionDenied,
            _ => StatusCode.Unavailable,
        };
        return new Status(code, $"{method} on {socket}: {Innermost(e).Message}", e);
    }

    private static string Sentence(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.AddressNotAvailable => "no such file or directory",
        SocketError.AccessDenied => "permission denied",
        _ => failure.Message,
    };

    private static T? Find<T>(Exception e) where T : Exception
    {
        for (Exception? at = e; at is not null; at = at.InnerException)
            if (at is T found)
                return found;
        return null;
    }

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e;
    }
}
