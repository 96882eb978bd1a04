using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>A CRIU that can freeze processes on this kernel: Debian's own, or the newer one that fetch-newer.sh unpacks.</summary>
internal static class Criu
{
    /// <summary>Puts it into a directory as "criu"; skips the test with CRIU's own words where none can work.</summary>
    public static async Task WriteAsync(string directory)
    {
        List<string> reasons = [];
        foreach ((string name, string[] command) in Candidates())
        {
            CommandResult check = await Command.RunAsync(command[0], [.. command[1..], "check"]);
            if (check.ExitCode == 0)
            {
                WriteScript(Path.Combine(directory, "criu"), command);
                return;
            }
            reasons.Add($"{name} says: {check.Error.Trim().Split('\n')[0]}");
        }
        Skip.If(true, $"needs CRIU that works on this kernel (tests/fetch-newer.sh out/newer): {string.Join("; ", reasons)}");
    }

    private static IEnumerable<(string Name, string[] Command)> Candidates()
    {
        if (Requires.FindProgram("criu") is { } installed)
            yield return ("the machine's criu check", [installed]);
        string root = Path.Combine(ContainerdVersions.Newer, "criu", "usr"), program = Path.Combine(root, "sbin/criu");
        if (!File.Exists(program))
            yield break;
        // Its C library is newer than the machine's, so it runs under the loader that came with it.
        string libraries = Directory.GetDirectories(Path.Combine(root, "lib"), "*-linux-gnu").Single();
        string loader = Directory.GetFiles(libraries, "ld-linux-*").Single();
        yield return ("Debian 13's criu check", [loader, "--library-path", libraries, program]);
    }

    private static void WriteScript(string path, string[] command)
    {
        File.WriteAllText(path, $"#!/bin/sh\nexec {string.Join(' ', command)} \"$@\"\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
