using System.Text;

namespace Pods.Shim.Tests;

public sealed class NamespaceWiringTests
{
    private static readonly Dictionary<string, string> _paths = new() { ["network"] = "/proc/9/fd/4", ["ipc"] = "/proc/9/fd/5" };

    private static string? Wire(string config) =>
        NamespaceWiring.Wire(Encoding.UTF8.GetBytes(config), _paths) is { } changed ? Encoding.UTF8.GetString(changed) : null;

    [Fact]
    public void Missing_path_is_spliced_in_and_every_other_byte_stays()
    {
        Assert.Equal(
            """{ "ociVersion":"1.0",  "x":[{"a":1}, null], "linux" : {"n": 1e400, "namespaces":[ {"type":"pid"}, {"type":"network","path":"/proc/9/fd/4"},{"type": "mount" } ], "z":"é\u0041"},"y":{} } """,
            Wire("""{ "ociVersion":"1.0",  "x":[{"a":1}, null], "linux" : {"n": 1e400, "namespaces":[ {"type":"pid"}, {"type":"network"},{"type": "mount" } ], "z":"é\u0041"},"y":{} } """));
    }

    [Fact]
    public void Empty_path_is_replaced()
    {
        Assert.Equal(
            """{"linux":{"namespaces":[{"path":"/proc/9/fd/5","type":"ipc"}]}}""",
            Wire("""{"linux":{"namespaces":[{"path":"","type":"ipc"}]}}"""));
    }

    [Fact]
    public void Path_that_is_set_stays()
    {
        Assert.Null(Wire("""{"linux":{"namespaces":[{"type":"network","path":"/run/netns/a"}]}}"""));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"linux":null}""")]
    [InlineData("""{"linux":[{"namespaces":[{"type":"network"}]}]}""")]
    [InlineData("""{"linux":{"namespaces":null}}""")]
    [InlineData("""{"linux":{"namespaces":[]}}""")]
    [InlineData("""{"namespaces":[{"type":"network"}]}""")]
    [InlineData("""{"process":{"linux":{"namespaces":[{"type":"network"}]}}}""")]
    public void Namespace_that_is_not_listed_is_left_to_the_host(string config)
    {
        Assert.Null(Wire(config));
    }

    [Fact]
    public void Unwired_names_the_kinds_without_a_path()
    {
        string config = """{"linux":{"namespaces":[{"type":"pid"},{"type":"uts","path":"/a"},{"type":"mount","path":""}]}}""";
        Assert.Equal(["pid", "mount"], NamespaceWiring.Unwired(Encoding.UTF8.GetBytes(config)));
    }
}
