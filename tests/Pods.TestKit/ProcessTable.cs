namespace Pods.TestKit;

/// <summary>One row of /proc.</summary>
public sealed record ProcessEntry(int Pid, int Parent, string Name, char State, string[] CommandLine);

/// <summary>Reads /proc as ps and lsns do.</summary>
public static class ProcessTable
{
    public static ProcessEntry[] All() =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), out int pid) ? Find(pid) : null)
            .OfType<ProcessEntry>()];

    /// <summary>Null when there is no such process (any more).</summary>
    public static ProcessEntry? Find(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            // The name stands in parentheses and may itself hold spaces and parentheses.
            int open = stat.IndexOf('('), close = stat.LastIndexOf(')');
            string[] rest = stat[(close + 2)..].Split(' ');
            string[] line = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return new(pid, int.Parse(rest[1]), stat[(open + 1)..close], rest[0][0], line);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static IEnumerable<ProcessEntry> ChildrenOf(int pid) => All().Where(p => p.Parent == pid);

    /// <summary>The identity of a namespace, such as <c>net:[4026531840]</c>.</summary>
    public static string Namespace(int pid, string kind) =>
        new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget ?? throw new IOException($"no {kind} namespace of process {pid}");

    public static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    /// <summary>
    /// How many it has open when it does nothing: a shim that falls idle opens its page map for a moment, to see what it can give back.
    /// </summary>
    public static async Task<int> DescriptorsAtRestAsync(int pid)
    {
        int open = -1, alike = 0;
        await Eventually.True(() =>
        {
            int now = Descriptors(pid);
            alike = now == open ? alike + 1 : 0;
            open = now;
            return alike == 20;
        }, $"process {pid} opens and closes nothing");
        return open;
    }

    public static int Threads(int pid) => Directory.GetDirectories($"/proc/{pid}/task").Length;
}
