using System.Text.RegularExpressions;

namespace Pods.House.Tests;

/// <summary>The table that says which test holds which item of the shim's contract.</summary>
public sealed partial class ShimContractTests
{
    private static readonly SourceFile s_table = SourceTree.All.Single(file => file.Path == "tests/shim-contract.md");

    [Fact]
    public void Every_test_that_the_table_names_exists() => House.Expect("tests/shim-contract.md names tests that exist",
        from Match named in Named().Matches(s_table.Text)
        let type = named.Groups[1].Value
        let method = named.Groups[2].Value
        where !SourceTree.Tests.Any(file => file.Name == type + ".cs" && Regex.IsMatch(file.Code, $@"\b{method}\("))
        select $"line {s_table.LineAt(named.Index)}: {type}.{method}");

    [Fact]
    public void Every_row_names_a_test_or_says_why_there_is_none() => House.Expect("a test, or why there can be none",
        from line in s_table.Text.Split('\n')
        where line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| item", StringComparison.Ordinal)
            && !line.StartsWith("| report", StringComparison.Ordinal)
        where !Named().IsMatch(line) && !line.Contains("cannot occur: ", StringComparison.Ordinal)
        select line);

    [GeneratedRegex(@"`(\w+)\.(\w+)`")]
    private static partial Regex Named();
}
