namespace Pods.TestKit;

/// <summary>The mount points of the test's own mount namespace.</summary>
public static class MountTable
{
    public static IEnumerable<string> All() =>
        File.ReadLines("/proc/self/mountinfo").Select(line => Unescape(line.Split(' ')[4]));

    /// <summary>Mount points below a directory, deepest first: the order in which they can be unmounted.</summary>
    public static IReadOnlyList<string> Below(string directory) =>
        [.. All().Where(m => m.StartsWith(directory + "/", StringComparison.Ordinal)).OrderByDescending(m => m.Length)];

    // proc_pid_mountinfo(5): space, tab, newline and backslash are written as octal escapes.
    private static string Unescape(string field) =>
        field.Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\");
}
