using System.Globalization;
using System.Text;

namespace Pods.Node;

/// <summary>One entry of a log in the CRI format: <c>time stream P|F text</c>. A line longer than the format allows is several.</summary>
/// <param name="Text">Without a line end; <see cref="IsWhole"/> says whether one belongs there.</param>
internal readonly record struct LogEntry(DateTimeOffset At, ReadOnlyMemory<byte> Stamp, ReadOnlyMemory<byte> Text, bool IsWhole)
{
    /// <summary>False for what is none: the rest of a line that a killed shim left behind.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> line, out LogEntry entry)
    {
        entry = default;
        ReadOnlySpan<byte> bytes = line.Span;
        int stampEnd = bytes.IndexOf((byte)' ');
        if (stampEnd <= 0)
            return false;
        int streamEnd = Next(bytes, stampEnd), tagEnd = streamEnd < 0 ? -1 : Next(bytes, streamEnd);
        if (tagEnd < 0 || bytes[stampEnd..streamEnd] is not [(byte)' ', (byte)'s', (byte)'t', (byte)'d', ..])
            return false;
        if (!DateTimeOffset.TryParse(Encoding.ASCII.GetString(bytes[..stampEnd]), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at))
            return false;
        entry = new(at, line[..stampEnd], line[(tagEnd + 1)..], bytes[streamEnd + 1] == (byte)'F');
        return true;
    }

    private static int Next(ReadOnlySpan<byte> bytes, int blank)
    {
        int found = bytes[(blank + 1)..].IndexOf((byte)' ');
        return found < 0 ? -1 : blank + 1 + found;
    }
}
