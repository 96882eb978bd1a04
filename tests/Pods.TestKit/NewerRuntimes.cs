namespace Pods.TestKit;

/// <summary>The OCI runtimes that fetch-newer.sh unpacks, which can mount with mapped ids.</summary>
public static class NewerRuntimes
{
    /// <summary>The program; skips the test, naming the reason, where it is not or does not run.</summary>
    /// <param name="name">runc or crun.</param>
    public static async Task<string> RequireAsync(string name)
    {
        string program = Path.Combine(ContainerdVersions.Newer, name, name);
        Skip.IfNot(File.Exists(program), $"needs a newer {name} (tests/fetch-newer.sh out/newer)");
        CommandResult features = await Command.RunAsync(program, ["features"]);
        Skip.IfNot(features.ExitCode == 0, $"needs a newer {name} that runs here: {features.Error.Trim()}");
        Skip.If(Environment.OSVersion.Version < new Version(6, 3), "needs Linux 6.3 for tmpfs with mapped ids");
        return program;
    }
}
