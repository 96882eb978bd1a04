using System.Net;
using System.Net.Http.Headers;

namespace Pods.Images;

/// <summary>Whether and when a request is sent again, decided purely.</summary>
internal static class RetryPolicy
{
    public const int Attempts = 5;

    /// <summary>A registry that wants us to wait longer is not waited for: the caller has a back-off of its own.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static bool IsTransient(HttpStatusCode status) => status is
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>0.25 s doubling: four waits come to 3.75 s, long enough for a registry that is being restarted.</summary>
    public static TimeSpan Backoff(int attempt) => TimeSpan.FromMilliseconds(250 * (1 << Math.Min(attempt, 6)));

    /// <summary>What the server asks for, if it does; either form of Retry-After.</summary>
    public static TimeSpan? Asked(RetryConditionHeaderValue? retryAfter, DateTimeOffset now)
    {
        TimeSpan? asked = retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - now : null);
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }
}
