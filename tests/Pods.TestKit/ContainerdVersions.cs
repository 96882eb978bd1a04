namespace Pods.TestKit;

/// <summary>The containerd releases that tests run on: the machine's own, and the newer ones that fetch-newer.sh unpacks below out/newer.</summary>
public static class ContainerdVersions
{
    public const string Installed = "installed";

    private static readonly Dictionary<string, string> Unpacked = new() { ["1.7"] = "containerd-1.7", ["2"] = "containerd-2" };

    /// <summary>The rows of a matrix test.</summary>
    public static TheoryData<string> All => new() { Installed, "1.7", "2" };

    /// <summary>Options for a release; skips the test, naming the release, when it is not there.</summary>
    public static ContainerdOptions Options(string version)
    {
        if (version == Installed)
            return new();
        string directory = Path.Combine(Root(version), "usr/bin");
        Skip.IfNot(File.Exists(Path.Combine(directory, "containerd")), $"needs containerd {version} (tests/fetch-newer.sh out/newer)");
        return new() { BinDirectory = directory };
    }

    /// <summary>Whether it is the oldest one that is supported; the machine's own is that on Debian 12.</summary>
    public static async Task<bool> IsOneSixAsync(string version) => version == Installed
        && (await Command.RunAsync("containerd", ["--version"])).Succeeded().Output.Contains(" 1.6.", StringComparison.Ordinal);

    /// <summary>Where fetch-newer.sh unpacks; the directory need not exist.</summary>
    public static string Newer => Environment.GetEnvironmentVariable("PODS_NEWER") ?? Path.Combine(Repository.Root, "out", "newer");

    /// <summary>Where a newer release and its development package are unpacked; the directory need not exist.</summary>
    public static string Root(string version) => Path.Combine(Newer, Unpacked[version]);
}
