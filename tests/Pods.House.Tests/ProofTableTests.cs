using System.Text.RegularExpressions;

namespace Pods.House.Tests;

/// <summary>The tables that say which test holds which item: of the shim's contract, and of a pod's fields.</summary>
public sealed partial class ProofTableTests
{
    private static readonly SourceFile[] s_tables =
        [.. SourceTree.All.Where(file => file.Path is "tests/shim-contract.md" or "tests/pod-fields.md")];

    [Fact]
    public void Tables_are_there() => Assert.Equal(2, s_tables.Length);

    [Fact]
    public void Every_test_that_a_table_names_exists() => House.Expect("the tables name tests that exist",
        from table in s_tables
        from Match named in Named().Matches(table.Text)
        let type = named.Groups[1].Value
        let method = named.Groups[2].Value
        where !SourceTree.Tests.Any(file => file.Name == type + ".cs" && Regex.IsMatch(file.Code, $@"\b{method}\("))
        select $"{table.Path}:{table.LineAt(named.Index)}: {type}.{method}");

    [Fact]
    public void Every_row_names_a_test_or_says_why_there_is_none() => House.Expect("a test, or why there can be none",
        from table in s_tables
        from line in table.Text.Split('\n')
        where line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| item", StringComparison.Ordinal)
            && !line.StartsWith("| report", StringComparison.Ordinal)
        where !Named().IsMatch(line) && !line.Contains("cannot occur: ", StringComparison.Ordinal)
        select line);

    [GeneratedRegex(@"`(\w+)\.(\w+)`")]
    private static partial Regex Named();
}
