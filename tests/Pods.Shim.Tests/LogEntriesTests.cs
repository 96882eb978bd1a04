using System.Text;

namespace Pods.Shim.Tests;

public sealed class LogEntriesTests
{
    private const string Stamp = "2026-11-21T05:00:00.123456700Z";

    [Fact]
    public void Time_has_nanoseconds_and_is_universal()
    {
        byte[] stamp = new byte[LogEntries.StampLength];

        LogEntries.WriteStamp(new DateTimeOffset(2026, 11, 21, 7, 0, 0, TimeSpan.FromHours(2)).AddTicks(1234567), stamp);

        Assert.Equal(Stamp, Encoding.ASCII.GetString(stamp));
    }

    [Fact]
    public void Each_line_is_one_whole_entry() =>
        Assert.Equal($"{Stamp} stdout F one\n{Stamp} stdout F \n{Stamp} stdout F three\n", Format("one\n\nthree\n"));

    [Fact]
    public void Line_that_comes_in_pieces_is_one_entry() =>
        Assert.Equal($"{Stamp} stdout F abcdef\n", Format("ab", "cd", "ef\n"));

    [Fact]
    public void Last_line_without_an_end_is_written_when_the_stream_ends() =>
        Assert.Equal($"{Stamp} stdout F rest\n", Format("rest"));

    [Theory]
    [InlineData(LogEntries.LongestText, "F16384")]
    [InlineData(LogEntries.LongestText + 1, "P16384 F1")]
    [InlineData(2 * LogEntries.LongestText, "P16384 F16384")]
    [InlineData(2 * LogEntries.LongestText + 5, "P16384 P16384 F5")]
    public void Long_line_is_cut_into_parts(int length, string shape)
    {
        foreach (int piece in (int[])[1000, 16384, 40000])
        {
            string[] pieces = [.. new string('x', length).Chunk(piece).Select(chunk => new string(chunk)), "\n"];
            string[] entries = Format(pieces).Split('\n', StringSplitOptions.RemoveEmptyEntries);

            Assert.Equal(shape, string.Join(' ', entries.Select(entry => $"{entry[38]}{entry.Length - 40}")));
        }
    }

    [Fact]
    public void Any_cutting_of_a_stream_gives_the_same_entries()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < 200; i++) text.Append('a', random.Next(10) == 0 ? random.Next(40_000) : random.Next(90)).Append('\n');
        string whole = text.ToString();
        string expected = Format(whole);
        for (int round = 0; round < 50; round++)
        {
            List<string> pieces = [];
            for (int at = 0; at < whole.Length;)
            {
                int length = Math.Min(whole.Length - at, 1 + random.Next(random.Next(2) == 0 ? 30 : 20_000));
                pieces.Add(whole.Substring(at, length));
                at += length;
            }
            Assert.True(expected == Format([.. pieces]), $"seed {seed}, round {round}");
        }
    }

    private static string Format(params string[] pieces)
    {
        byte[] stamp = Encoding.ASCII.GetBytes(Stamp), output = new byte[LogEntries.LongestEntry];
        var entries = new LogEntries("stdout");
        var text = new StringBuilder();
        foreach (byte[] piece in pieces.Select(Encoding.ASCII.GetBytes))
        {
            for (int done = 0; done < piece.Length;)
            {
                done += entries.Format(piece.AsSpan(done), stamp, output, out int written);
                text.Append(Encoding.ASCII.GetString(output, 0, written));
            }
        }
        text.Append(Encoding.ASCII.GetString(output, 0, entries.Finish(stamp, output)));
        return text.ToString();
    }
}
