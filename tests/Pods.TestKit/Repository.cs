namespace Pods.TestKit;

/// <summary>Where the checkout and the programs under test lie.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The directory of the published programs: $PODS_BIN, or out/bin of the checkout.</summary>
    public static string Bin { get; } = Environment.GetEnvironmentVariable("PODS_BIN") ?? Path.Combine(Root, "out", "bin");

    public static string Binary(string name) => Path.Combine(Bin, name);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Pods.sln")))
                return at.FullName;
        throw new InvalidOperationException($"no Pods.sln above {AppContext.BaseDirectory}");
    }
}
