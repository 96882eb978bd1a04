using System.Text.RegularExpressions;

namespace Pods.House.Tests;

/// <summary>What a file looks like from outside.</summary>
public sealed partial class FormTests
{
    private static readonly Dictionary<string, string> s_namespaces = new()
    {
        ["shim"] = "Pods.Shim",
        ["src/pods"] = "Pods.Cli",
        ["src/podsd"] = "Pods.Daemon",
        ["src/Pods.Rpc"] = "Grpc.Core",
    };

    [Fact]
    public void Files_are_found() => Assert.True(SourceTree.CSharp.Count() > 100, "the tree was not read");

    [Fact]
    public void CSharp_file_has_at_most_400_lines() => House.Expect("files of a screen or three, 400 lines at most",
        from file in SourceTree.CSharp
        let lines = file.LineAt(file.Text.Length)
        where lines > 401
        select $"{file.Path}: {lines} lines");

    // Editors wrap at 130 (.editorconfig); up to 150 is the writer's judgement. Long text inside strings is not counted.
    [Fact]
    public void Lines_have_at_most_150_characters() => House.Expect("lines of 150 characters at most",
        from file in SourceTree.CSharp
        from line in file.Text.Split('\n').Zip(file.Code.Split('\n')).Index()
        let text = line.Item.First
        let indent = text.Length - text.TrimStart().Length
        let comment = text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        let length = comment ? text.Length : indent + Blanks().Replace(line.Item.Second.Trim(), " ").Length
        where length > 150
        select $"{file.Path}:{line.Index + 1}: {length} characters");

    [Fact]
    public void Text_ends_with_one_newline_and_has_unix_lines() => House.Expect("one newline at the end, no carriage return",
        from file in SourceTree.All
        where file.Text.Length > 0 && (!file.Text.EndsWith('\n') || file.Text.EndsWith("\n\n") || file.Text.Contains('\r'))
        select file.Path);

    [Fact]
    public void Lines_do_not_end_in_blanks() => House.Expect("no blanks at line ends",
        from file in SourceTree.All
        where !file.Name.EndsWith(".md", StringComparison.Ordinal)
        from Match blanks in BlanksAtLineEnd().Matches(file.Text)
        select $"{file.Path}:{file.LineAt(blanks.Index)}");

    [Fact]
    public void Namespaces_are_file_scoped_and_those_of_the_project() => House.Expect("namespace Project; or below it",
        from file in SourceTree.CSharp
        where file.Name != "Program.cs" && file.Name != "Sequences.cs"   // which is around all of ours, or it would not be found first
        let root = s_namespaces.GetValueOrDefault(file.Project, Path.GetFileName(file.Project))
        let found = FileNamespace().Match(file.Code).Groups[1].Value
        where found != root && !found.StartsWith(root + ".", StringComparison.Ordinal)
        select $"{file.Path}: \"{found}\", not {root}");

    [Fact]
    public void Nothing_is_left_to_do() => House.Expect("a thing to do is an issue, not a comment",
        from file in SourceTree.All
        where !file.Path.StartsWith("tests/Pods.House.Tests", StringComparison.Ordinal)
        from Match mark in LeftToDo().Matches(file.Text)
        select $"{file.Path}:{file.LineAt(mark.Index)}: {mark.Value}");

    [Fact]
    public void Code_is_not_commented_out() => House.Expect("no commented-out code",
        from file in SourceTree.CSharp
        from Match line in CommentedCode().Matches(file.Text)
        select $"{file.Path}:{file.LineAt(line.Index)}: {line.Value.Trim()}");

    [Fact]
    public void Warnings_are_not_switched_off_without_a_reason() => House.Expect("a pragma or SuppressMessage says why",
        from file in SourceTree.CSharp
        where file.Project != "tests/Pods.House.Tests"
        from Match pragma in Suppression().Matches(file.Text)
        where !pragma.Value.Contains("//") && !pragma.Value.Contains("Justification")
        select $"{file.Path}:{file.LineAt(pragma.Index)}: {pragma.Value.Trim()}");

    [Fact]
    public void Text_names_no_directory_of_the_machine_it_was_written_on() => House.Expect("no paths of a workplace",
        from file in SourceTree.All
        where !file.Path.StartsWith("tests/Pods.House.Tests", StringComparison.Ordinal)
        from Match path in Workplace().Matches(file.Text)
        select $"{file.Path}:{file.LineAt(path.Index)}: {path.Value}");

    [GeneratedRegex(@"\s{2,}")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex BlanksAtLineEnd();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex FileNamespace();

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b")]
    private static partial Regex LeftToDo();

    [GeneratedRegex(@"^\s*//\s*(?!https?:)[\w.<>\[\], ]+\(?.*[;{]\s*$", RegexOptions.Multiline)]
    private static partial Regex CommentedCode();

    [GeneratedRegex(@"^.*(#pragma warning disable|SuppressMessage\().*$", RegexOptions.Multiline)]
    private static partial Regex Suppression();

    [GeneratedRegex(@"(?<![\w.])/(work|home)/[\w./-]+")]
    private static partial Regex Workplace();
}
