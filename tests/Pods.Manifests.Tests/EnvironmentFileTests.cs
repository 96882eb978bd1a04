using System.Text;
using Pods.Oci;

namespace Pods.Manifests.Tests;

/// <summary>Files of variables, in the syntax of Kubernetes' own pages.</summary>
public sealed class EnvironmentFileTests
{
    [Theory]
    [InlineData("A='b'", "b")]
    [InlineData("# A='c'\n\n  A = 'b'  \n", "b")]
    [InlineData("A='line1\nline2 # no comment'\nB=''", "line1\nline2 # no comment")]
    [InlineData("A='$B \"c\" \\n'", "$B \"c\" \\n")]
    [InlineData("A='first'\nA='last'", "last")]
    [InlineData("B='1'\r\nA='b'\r\n", "b")]
    [InlineData("A=''", "")]
    [InlineData("", null)]
    [InlineData("B='A=c'", null)]
    public void Value_is_taken_as_it_stands(string text, string? value) =>
        Assert.Equal(value, Value(text, isOptional: true));

    [Theory]
    [InlineData("A=secret", "line 1: the value of A must stand in single quotes")]
    [InlineData("\n# x\nA=\"secret\"", "line 3: the value of A must stand in single quotes")]
    [InlineData("A='secret", "line 1: the value of A has no end")]
    [InlineData("A='secret''more'", "line 1: nothing may follow the value of A")]
    [InlineData("A='secret'$B", "line 1: nothing may follow the value of A")]
    [InlineData("A='x'\nexport secret\nB='y'", "line 2: is not NAME='value'")]
    [InlineData("='secret'", "line 1: is not NAME='value'")]
    [InlineData("A=", "line 1: the value of A must stand in single quotes")]
    public void Mistake_is_told_with_its_line_and_without_the_value(string text, string message) =>
        Assert.Equal($"environment file \"f\" of volume \"v\": {message}", Assert.Throws<SpecException>(() => Value(text, isOptional: true)).Message);

    [Theory]
    [InlineData(null, "environment file \"f\" of volume \"v\" not found")]
    [InlineData("B='c'", "environment variable key \"A\" not found in file \"f\" of volume \"v\"")]
    public void What_is_not_there_is_told_unless_it_is_optional(string? text, string message)
    {
        Assert.Null(Value(text, isOptional: true));
        Assert.Equal(message, Assert.Throws<SpecException>(() => Value(text, isOptional: false)).Message);
    }

    private static string? Value(string? file, bool isOptional)
    {
        FileKeySelector selector = new() { VolumeName = "v", Path = "f", Key = "A", Optional = isOptional };
        Container container = new() { Name = "c", Command = ["true"], Env = [new() { Name = "RESULT", ValueFrom = new() { FileKeyRef = selector } }] };
        ContainerFacts facts = new()
        {
            ContainerId = "c",
            ImageName = "i",
            User = new(),
            Files = (volume, path) => (volume, path) == ("v", "f") && file is not null ? Encoding.UTF8.GetBytes(file) : null,
        };
        RuntimeSpec spec = ContainerSpec.For(new() { Spec = new() }, container, GoldenFacts.Sandbox(""), GoldenFacts.Node(""), facts);
        const string name = "RESULT=";
        return spec.Process!.Env!.SingleOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
    }
}
