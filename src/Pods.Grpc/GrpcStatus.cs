using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Grpc.Core;

namespace Pods.Grpc;

/// <summary>How an answer says how the call ended.</summary>
internal static class GrpcStatus
{
    /// <summary>Null when these headers carry no <c>grpc-status</c>.</summary>
    public static Status? In(HttpHeadersNonValidated headers)
    {
        if (!headers.TryGetValues("grpc-status", out HeaderStringValues codes))
            return null;
        string detail = headers.TryGetValues("grpc-message", out HeaderStringValues messages) ? Decode(messages.ToString()) : "";
        return int.TryParse(codes.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            && code <= (int)StatusCode.Unauthenticated
                ? new Status((StatusCode)code, detail)
                : new Status(StatusCode.Unknown, $"status \"{codes}\": {detail}");
    }

    /// <summary>What an answer means that comes from no gRPC server, but from something in front of one (http-grpc-status-mapping.md).</summary>
    public static Status OfHttp(HttpStatusCode http, string contentType)
    {
        StatusCode code = http switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway => StatusCode.Unavailable,
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new Status(code, $"no gRPC answer: HTTP status {(int)http}, content type \"{contentType}\"");
    }

    /// <summary>Percent decoding of UTF-8. What is not well-formed stays as it came: a bad message must not hide the status.</summary>
    public static string Decode(string message)
    {
        if (!message.Contains('%'))
            return message;
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(message.Length)];
        int count = 0;
        for (int i = 0; i < message.Length; i++)
        {
            if (message[i] == '%' && i + 2 < message.Length
                && byte.TryParse(message.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes[count++] = value;
                i += 2;
            }
            else
            {
                count += Encoding.UTF8.GetBytes(message.AsSpan(i, 1), bytes.AsSpan(count));
            }
        }
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
