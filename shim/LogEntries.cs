using System.Text;

namespace Pods.Shim;

/// <summary>
/// Turns one output of a container into entries of the CRI log format: time, stream, F or P, text. A line longer than
/// <see cref="LongestText"/> becomes several entries, P for each that is continued.
/// </summary>
internal sealed class LogEntries(string stream)
{
    /// <summary>The most text in one entry, containerd's own limit.</summary>
    public const int LongestText = 16 * 1024;

    /// <summary>Room that every entry finds in an empty buffer: 30 bytes of time, " stdout F " and the line's end.</summary>
    public const int LongestEntry = StampLength + 11 + LongestText;

    public const int StampLength = 30;

    private const int KeptCapacity = 1024;

    private readonly byte[] _whole = Encoding.ASCII.GetBytes($" {stream} F ");
    private readonly byte[] _part = Encoding.ASCII.GetBytes($" {stream} P ");

    // The beginning of a line whose end has not been read yet.
    private byte[] _held = [];
    private int _heldLength;

    /// <summary>RFC 3339 with nanoseconds. The framework's ticks are hundreds of them.</summary>
    public static void WriteStamp(DateTimeOffset time, Span<byte> stamp)
    {
        time.UtcDateTime.TryFormat(stamp, out int length, "yyyy-MM-dd'T'HH:mm:ss.fffffff");
        "00Z"u8.CopyTo(stamp[length..]);
    }

    /// <summary>Formats what fits into the output, whole entries only, and keeps the beginning of an unfinished line.</summary>
    /// <returns>How many of the bytes are done with.</returns>
    public int Format(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> stamp, Span<byte> output, out int written)
    {
        written = 0;
        int done = 0;
        while (done < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[done..];
            int room = LongestText - _heldLength;
            int lineEnd = rest[..Math.Min(rest.Length, room + 1)].IndexOf((byte)'\n');
            if (lineEnd < 0 && rest.Length <= room)
            {
                Hold(rest);
                return bytes.Length;
            }
            int fresh = lineEnd < 0 ? room : lineEnd;
            if (output.Length - written < LongestEntry - LongestText + _heldLength + fresh) return done;
            written += Write(rest[..fresh], lineEnd < 0 ? _part : _whole, stamp, output[written..]);
            done += lineEnd < 0 ? fresh : fresh + 1;
        }
        return done;
    }

    /// <summary>The last line of a stream that ended without a line end.</summary>
    /// <returns>The entry's length, 0 if there is none.</returns>
    public int Finish(ReadOnlySpan<byte> stamp, Span<byte> output) => _heldLength == 0 ? 0 : Write([], _whole, stamp, output);

    private int Write(ReadOnlySpan<byte> fresh, ReadOnlySpan<byte> header, ReadOnlySpan<byte> stamp, Span<byte> output)
    {
        int length = 0;
        Put(stamp, output, ref length);
        Put(header, output, ref length);
        Put(_held.AsSpan(0, _heldLength), output, ref length);
        Put(fresh, output, ref length);
        output[length++] = (byte)'\n';
        _heldLength = 0;
        // One long line must not cost its memory for the rest of the container's life.
        if (_held.Length > KeptCapacity) _held = [];
        return length;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        int length = _heldLength + bytes.Length;
        if (length > _held.Length) Array.Resize(ref _held, Math.Clamp(Math.Max(length, 2 * _held.Length), 128, LongestText));
        bytes.CopyTo(_held.AsSpan(_heldLength));
        _heldLength = length;
    }

    private static void Put(ReadOnlySpan<byte> bytes, Span<byte> output, ref int at)
    {
        bytes.CopyTo(output[at..]);
        at += bytes.Length;
    }
}
