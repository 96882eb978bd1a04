using System.Globalization;

namespace Pods.Grpc;

/// <summary>The <c>grpc-timeout</c> header: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const long MaxValue = 99_999_999;

    /// <summary>Rounded up in the finest unit that holds it, so that the server never gives up before the client does.</summary>
    public static string Format(TimeSpan timeout)
    {
        if (InUnitsOf(TimeSpan.TicksPerMicrosecond, timeout) is <= MaxValue and var microseconds)
            return Text(microseconds, 'u');
        if (InUnitsOf(TimeSpan.TicksPerMillisecond, timeout) is <= MaxValue and var milliseconds)
            return Text(milliseconds, 'm');
        // Three years of seconds, and a timer of ours runs for 49 days at most.
        return Text(Math.Min(InUnitsOf(TimeSpan.TicksPerSecond, timeout), MaxValue), 'S');
    }

    private static long InUnitsOf(long ticks, TimeSpan timeout) => timeout.Ticks / ticks + (timeout.Ticks % ticks > 0 ? 1 : 0);

    private static string Text(long value, char unit) => value.ToString(CultureInfo.InvariantCulture) + unit;
}
