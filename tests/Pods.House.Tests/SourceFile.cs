using System.Text.RegularExpressions;

namespace Pods.House.Tests;

/// <summary>One file of ours: its text, and for C# its code alone, in which comments and strings are blank.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    private readonly Lazy<string> _code = new(() => CodeText.Of(Text));

    public string Code => _code.Value;
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The project's directory, relative to the checkout: "shim", "src/Pods.Linux", "tests/Pods.TestKit".</summary>
    public string Project => ProjectDirectory().Match(Path).Value.TrimEnd('/');

    /// <summary>The type declarations of the file: what stands before "class", the kind, and the name.</summary>
    public IEnumerable<(string Modifiers, string Kind, string Name, int Line)> Types() =>
        TypeDeclaration().Matches(Code).Select(match =>
            (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, LineAt(match.Index)));

    public IEnumerable<string> Delegates() => DelegateDeclaration().Matches(Code).Select(match => match.Groups[1].Value);

    /// <summary>Where a pattern occurs in the code, as "path:line: the line".</summary>
    public IEnumerable<string> Find(Regex pattern) =>
        pattern.Matches(Code).Select(match => $"{Path}:{LineAt(match.Index)}: {TextOfLine(LineAt(match.Index))}");

    public int LineAt(int index) => 1 + Text.AsSpan(0, index).Count('\n');

    private string TextOfLine(int line) => Text.Split('\n')[line - 1].Trim();

    [GeneratedRegex(@"^(proto|shim|(src|tests)/[^/]+)/")]
    private static partial Regex ProjectDirectory();

    [GeneratedRegex(@"\bdelegate\s+[\w.<>?\[\], ]+?\s+(\w+)\s*[(<]")]
    private static partial Regex DelegateDeclaration();

    [GeneratedRegex(@"(?<=^|[;{}\]\n])[ \t]*((?:(?:public|internal|private|protected|file|sealed|static|abstract|partial|readonly|ref|unsafe|new)[ \t]+)*)(class|struct|interface|enum|record(?:[ \t]+(?:struct|class))?)[ \t]+(\w+)")]
    private static partial Regex TypeDeclaration();
}
