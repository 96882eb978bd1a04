namespace Pods.TestKit;

/// <summary>What a test needs of the machine; a test whose need is not met is skipped with the reason, never passed.</summary>
public static class Requires
{
    public static void Root() => Skip.IfNot(Environment.UserName == "root", "needs root");

    public static void Programs(params string[] names)
    {
        foreach (string name in names)
            Skip.If(FindProgram(name) is null, $"needs the program {name} (sudo make deps)");
    }

    /// <summary>Skips unless our own published programs are there.</summary>
    public static void Binaries(params string[] names)
    {
        foreach (string name in names)
            Skip.IfNot(File.Exists(Repository.Binary(name)), $"needs {Repository.Binary(name)} (make build)");
    }

    public static string? FindProgram(string name)
    {
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/local/sbin:/usr/sbin:/sbin";
        return path.Split(':').Where(d => d.Length > 0).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
    }
}
