using System.Globalization;

namespace Pods.Linux;

/// <summary>What /proc says about processes that need not be ours.</summary>
public static class RunningProcesses
{
    public static bool Exists(int pid) => Directory.Exists($"/proc/{pid}");

    public static int? ParentOf(int pid) => StatField(pid, 4) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>When it started, in clock ticks since boot: with the number, this names a process for good.</summary>
    public static ulong? StartTicks(int pid) => StatField(pid, 22) is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Those that have this very string among their arguments; we ourselves are not listed.</summary>
    public static IReadOnlyList<int> WithArgument(Predicate<string> isMeant) =>
        [.. Others("cmdline", words => Array.Exists(words, isMeant)).Select(p => p.Pid)];

    /// <summary>
    /// Those that were started with this environment variable, and its value; we ourselves are not listed. Nor are those that we may
    /// not look into, which are not ours to know.
    /// </summary>
    public static IReadOnlyList<(int Pid, string Value)> WithVariable(string name)
    {
        string start = name + "=";
        return [.. Others("environ", words => words.Any(IsIt)).Select(p => (p.Pid, p.Words.First(IsIt)[start.Length..]))];
        bool IsIt(string word) => word.StartsWith(start, StringComparison.Ordinal);
    }

    private static List<(int Pid, string[] Words)> Others(string file, Func<string[], bool> areWanted)
    {
        List<(int, string[])> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) continue;
            if (pid == Environment.ProcessId) continue;
            if (TryReadText($"{directory}/{file}")?.Split('\0') is { } words && areWanted(words)) found.Add((pid, words));
        }
        return found;
    }

    // Fields as proc(5) counts them. The second is the program's name, which may hold spaces and parentheses itself.
    private static string? StatField(int pid, int field)
    {
        if (TryReadText($"/proc/{pid}/stat") is not { } stat) return null;
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[field - 3];
    }

    private static string? TryReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;   // it has ended, before or while we read (ESRCH), or is another user's
        }
    }
}
