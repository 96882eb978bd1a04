using System.Text.Json;
using Pods.Cli.Output;

namespace Pods.Cli.Tests;

public sealed class JsonPathTests
{
    private static readonly JsonElement s_root = JsonDocument.Parse(
        """
        {"metadata":{"name":"web","annotations":{"a.b/c":"dotted"}},
         "items":[{"name":"x","n":1},{"name":"y","n":2},{"name":"z","n":3}],
         "ready":true}
        """).RootElement;

    [Theory]
    [InlineData("{.metadata.name}", "web")]
    [InlineData(".metadata.name", "web")]
    [InlineData("metadata.name", "web")]
    [InlineData("{$.metadata.name}", "web")]
    [InlineData("{.metadata.annotations['a.b/c']}", "dotted")]
    [InlineData("{.items[0].name}", "x")]
    [InlineData("{.items[-1].name}", "z")]
    [InlineData("{.items[*].n}", "1 2 3")]
    [InlineData("{.items[?(@.name==\"y\")].n}", "2")]
    [InlineData("{.items[7].name}", "")]
    [InlineData("{.missing.key}", "")]
    [InlineData("{.ready}", "true")]
    [InlineData("name={.metadata.name}{\"\\n\"}", "name=web\n")]
    public void Template_gives_the_values_it_leads_to(string template, string expected) =>
        Assert.Equal(expected, JsonPath.Render(template, s_root));

    [Theory]
    [InlineData("{.metadata", "unclosed action")]
    [InlineData("{.items[0}", "unclosed [")]
    [InlineData("{.items[1:2]}", "unsupported subscript [1:2]")]
    [InlineData("{range .items[*]}{.name}{end}", "unexpected \"r\"")]
    public void Template_beyond_what_is_supported_is_refused(string template, string reason)
    {
        CliException e = Assert.Throws<CliException>(() => JsonPath.Render(template, s_root));

        Assert.Equal(CliException.Usage, e.ExitCode);
        Assert.EndsWith(reason, e.Message);
    }
}
