namespace Pods.Manifests.Tests;

public sealed class VariableExpansionTests
{
    // The cases of Kubernetes' documentation of $(VAR), and the corners of its implementation.
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("$(A)", "one")]
    [InlineData("x$(A)y$(B)z", "xoneytwoz")]
    [InlineData("$(NONE)", "$(NONE)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$one")]
    [InlineData("$$$$(A)", "$$(A)")]
    [InlineData("$A ${A}", "$A ${A}")]
    [InlineData("$(A", "$(A")]
    [InlineData("$", "$")]
    [InlineData("a$", "a$")]
    [InlineData("$$", "$")]
    [InlineData("$()", "$()")]
    [InlineData("$($(A))", "$($(A))")]
    [InlineData("$(C)", "$(A)")]
    public void Reference_is_expanded_once_and_only_if_known(string text, string expected)
    {
        Dictionary<string, string> values = new() { ["A"] = "one", ["B"] = "two", ["C"] = "$(A)" };

        Assert.Equal(expected, VariableExpansion.Expand(text, name => values.GetValueOrDefault(name)));
    }
}
