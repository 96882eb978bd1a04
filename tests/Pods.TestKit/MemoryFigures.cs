namespace Pods.TestKit;

/// <summary>A process's memory in kB, from /proc/PID/smaps_rollup.</summary>
public sealed record MemoryFigures(long RssKb, long PssKb, long PrivateDirtyKb)
{
    public static MemoryFigures Of(int pid)
    {
        var fields = File.ReadLines($"/proc/{pid}/smaps_rollup")
            .Select(line => line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 3)
            .ToDictionary(words => words[0], words => long.Parse(words[1]));
        return new(fields["Rss"], fields["Pss"], fields["Private_Dirty"]);
    }

    public override string ToString() => $"rss {RssKb} kB, pss {PssKb} kB, private dirty {PrivateDirtyKb} kB";
}
