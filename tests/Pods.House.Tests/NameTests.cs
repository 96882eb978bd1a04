using System.Text.RegularExpressions;

namespace Pods.House.Tests;

/// <summary>Names are words of the domain.</summary>
public sealed partial class NameTests
{
    /// <summary>Names with a word that says nothing, which are others' and not ours to choose.</summary>
    private static readonly Dictionary<string, string> s_theirs = new()
    {
        ["ServiceBinderBase"] = "Grpc.Core's name",
        ["ClientBase"] = "Grpc.Core's name",
        ["ClientBaseConfiguration"] = "Grpc.Core's name",
        ["ChannelBase"] = "Grpc.Core's name",
    };

    [Fact]
    public void Type_names_carry_no_empty_word() => House.Expect(
        "no Manager, Helper, Util, Common, Base, Template, Factory, Info, Data, Impl",
        from file in SourceTree.CSharp
        from type in file.Types()
        where EmptyWord().IsMatch(type.Name) && !s_theirs.ContainsKey(type.Name)
        select $"{file.Path}:{type.Line}: {type.Name}");

    // A few tiny relatives may share a file that is called after what they have in common.
    [Fact]
    public void File_is_named_after_its_type() => House.Expect("file = type",
        from file in SourceTree.CSharp
        let types = file.Types().Select(type => type.Name).Concat(file.Delegates()).ToList()
        where file.Name != "Program.cs" && !types.Contains(file.Name.Split('.')[0])
        where types.Count < 2 || file.LineAt(file.Text.Length) > 120
        select file.Path);

    [Fact]
    public void Classes_are_sealed_static_or_abstract() => House.Expect("sealed by default",
        from file in SourceTree.CSharp
        from type in file.Types()
        where type.Kind is "class" or "record" or "record class" && !Closed().IsMatch(type.Modifiers)
            && !(type.Modifiers.Contains("partial") && OtherPartIsClosed(file, type.Name))
        select $"{file.Path}:{type.Line}: {type.Name}");

    [Fact]
    public void Public_types_of_the_product_have_a_summary() => House.Expect("one sentence on each public type that has a role",
        from file in SourceTree.Product
        where file.Types().Any(type => type.Kind != "enum" && type.Modifiers.Contains("public"))
            && !file.Text.Contains("<summary>")
        select file.Path);

    [Fact]
    public void Tests_are_named_subject_condition_outcome() => House.Expect("Subject_condition_outcome",
        from file in SourceTree.Tests
        from Match test in TestMethod().Matches(file.Code)
        where !TestName().IsMatch(test.Groups[1].Value)
        select $"{file.Path}:{file.LineAt(test.Groups[1].Index)}: {test.Groups[1].Value}");

    private static bool OtherPartIsClosed(SourceFile part, string name) => SourceTree.CSharp.Any(file =>
        file.Project == part.Project && file.Types().Any(type => type.Name == name && Closed().IsMatch(type.Modifiers)));

    // A whole word of the name: "Database" and "Basement" are fine, "PodInfo" and "DataStore" are not.
    [GeneratedRegex("(Manager|Helper|Util|Common|Base|Template|Factory|Info|Data|Impl)s?(?![a-z])")]
    private static partial Regex EmptyWord();

    [GeneratedRegex(@"\b(sealed|static|abstract)\b")]
    private static partial Regex Closed();

    [GeneratedRegex(@"\[(?:Skippable)?(?:Fact|Theory)[^\]]*\](?:\s*\[[^\]]*\])*\s+public\s+(?:async\s+)?(?:static\s+)?[\w.<>]+\s+(\w+)\s*\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+){2,}$")]
    private static partial Regex TestName();
}
