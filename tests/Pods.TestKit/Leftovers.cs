namespace Pods.TestKit;

/// <summary>What a test may not leave behind.</summary>
public static class Leftovers
{
    /// <summary>Processes, mounts, cgroups and pinned network namespaces whose command line or path holds the text.</summary>
    public static IReadOnlyList<string> Find(string needle)
    {
        List<string> found = [];
        found.AddRange(ProcessTable.All()
            .Where(p => p.Pid != Environment.ProcessId && p.CommandLine.Any(w => w.Contains(needle)))
            .Select(p => $"process {p.Pid}: {string.Join(' ', p.CommandLine)}"));
        found.AddRange(MountTable.All().Where(m => m.Contains(needle)).Select(m => $"mount {m}"));
        found.AddRange(Cgroups().Where(c => c.Contains(needle)).Select(c => $"cgroup {c}"));
        if (Directory.Exists("/run/netns"))
            found.AddRange(Directory.GetFiles("/run/netns").Where(n => n.Contains(needle)).Select(n => $"netns {n}"));
        return found;
    }

    public static async Task ExpectNoneAsync(string needle)
    {
        try
        {
            await Eventually.True(() => Find(needle).Count == 0, $"nothing of {needle} is left");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"left behind:\n{string.Join('\n', Find(needle))}");
        }
    }

    private static IEnumerable<string> Cgroups() => Directory.EnumerateDirectories("/sys/fs/cgroup", "*",
        new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 8 });
}
