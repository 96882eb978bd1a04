using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pods.TestKit;

namespace Pods.House.Tests;

/// <summary>Dependencies point one way, and the few from outside say what they replace.</summary>
public sealed partial class DependencyTests
{
    [Fact]
    public void Projects_use_only_what_lies_below_them() => House.Expect("dependencies point one way",
        from project in Dependencies.Actual
        where !project.Key.StartsWith("tests/", StringComparison.Ordinal)
        from used in project.Value
        where !Dependencies.Allowed.TryGetValue(project.Key, out string[]? allowed) || !allowed.Contains(used)
        select $"{project.Key} uses {used}");

    [Fact]
    public void Programs_are_used_by_tests_only() => House.Expect("nothing references an executable",
        from project in Dependencies.Actual
        where !project.Key.StartsWith("tests/", StringComparison.Ordinal)
        from used in project.Value
        where Dependencies.Programs.Contains(used)
        select $"{project.Key} uses {used}");

    [Fact]
    public void Shim_takes_Google_Protobuf_and_nothing_else_from_outside() => House.Expect("one package in the shim",
        from project in SourceTree.All
        where project.Name.EndsWith(".csproj", StringComparison.Ordinal) && Dependencies.OfShim.Contains(project.Project)
        from package in XDocument.Parse(project.Text).Descendants("PackageReference")
        let name = package.Attribute("Include")!.Value
        where name != "Google.Protobuf" && package.Attribute("PrivateAssets")?.Value != "all"
        select $"{project.Path}: {name}");

    [Fact]
    public void Packages_say_what_they_replace()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "Directory.Packages.props"));
        string[] testTools = ["Microsoft.NET.Test.Sdk", "xunit", "xunit.runner.visualstudio"];

        House.Expect("a comment above each package",
            from line in lines.Index()
            let package = PackageName().Match(line.Item)
            where package.Success && !lines[line.Index - 1].Contains("-->") && !testTools.Contains(package.Groups[1].Value)
            select package.Groups[1].Value);
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_every_test_project_is_run()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "Pods.sln"));
        string runner = File.ReadAllText(Path.Combine(Repository.Root, "tests/run.sh"));

        House.Expect("in Pods.sln, and in tests/run.sh",
            from project in Dependencies.Actual.Keys
            let name = Path.GetFileName(project)
            where !solution.Contains($"{project.Replace('/', '\\')}\\") && !solution.Contains(project + "/")
                || name.EndsWith(".Tests", StringComparison.Ordinal) && !Regex.IsMatch(runner, $@"\b{Regex.Escape(name)}\b")
            select project);
    }

    [GeneratedRegex(@"<PackageVersion Include=""([^""]+)""")]
    private static partial Regex PackageName();
}
