using Pods.TestKit;

namespace Pods.House.Tests;

/// <summary>Every text file of the checkout that people wrote.</summary>
internal static class SourceTree
{
    private static readonly string[] s_built = ["bin", "obj", "out", ".git", ".vs", "TestResults"];
    private static readonly string[] s_text =
        [".cs", ".csproj", ".props", ".proto", ".sh", ".md", ".c", ".yaml", ".json", ".toml", ".service", ".editorconfig"];

    public static IReadOnlyList<SourceFile> All { get; } = [.. Read(new DirectoryInfo(Repository.Root))];

    public static IEnumerable<SourceFile> CSharp => All.Where(file => file.Name.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>The programs and their libraries, without the tests.</summary>
    public static IEnumerable<SourceFile> Product => CSharp.Where(file => !file.Path.StartsWith("tests/", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Tests => CSharp.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Libraries =>
        CSharp.Where(file => file.Path.StartsWith("src/Pods.", StringComparison.Ordinal));

    private static IEnumerable<SourceFile> Read(DirectoryInfo directory)
    {
        foreach (FileInfo file in directory.EnumerateFiles())
            if (s_text.Contains(file.Extension) || file.Name == "Makefile")
                yield return new(Path.GetRelativePath(Repository.Root, file.FullName), File.ReadAllText(file.FullName));
        foreach (DirectoryInfo below in directory.EnumerateDirectories())
            if (!s_built.Contains(below.Name) && below.LinkTarget is null)
                foreach (SourceFile file in Read(below))
                    yield return file;
    }
}
