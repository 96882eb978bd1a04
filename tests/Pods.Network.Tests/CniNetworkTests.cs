using System.Text.Json.Nodes;

namespace Pods.Network.Tests;

public sealed class CniNetworkTests
{
    [Theory]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"bridge"},{"type":"portmap"}]}""", "1.0.0", 2)]
    [InlineData("""{"cniVersion":"0.3.1","name":"n","type":"ptp"}""", "0.3.1", 1)]
    [InlineData("""{"cniVersion":"1.0.0","cniVersions":["0.4.0","1.1.0","9.0.0"],"name":"n","plugins":[{"type":"a"}]}""", "1.1.0", 1)]
    [InlineData("""{"cniVersion":"2.0.0","cniVersions":["1.0.0"],"name":"n","plugins":[{"type":"a"}]}""", "1.0.0", 1)]
    public void List_or_single_plugin_is_read_in_the_newest_common_version(string json, string version, int plugins)
    {
        CniNetwork network = CniNetwork.Parse(json, "x");
        Assert.Equal("n", network.Name);
        Assert.Equal(version, network.SpecVersion.ToString());
        Assert.Equal(plugins, network.Plugins.Count);
    }

    [Theory]
    [InlineData("{\n  \"name\": }", "cni network /etc/x.conflist:2:11: is not valid JSON")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","name":"m","type":"a"}""", "cni network /etc/x.conflist: has a key twice")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"a","type":"b"}]}""", "cni network /etc/x.conflist: has a key twice")]
    [InlineData("[]", "cni network /etc/x.conflist: is no JSON object")]
    [InlineData("""{"cniVersion":"1.0.0","plugins":[{"type":"a"}]}""", "cni network /etc/x.conflist: name is missing")]
    [InlineData("""{"cniVersion":"1.0.0","name":7,"plugins":[{"type":"a"}]}""", "cni network /etc/x.conflist: has a value of the wrong type")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n"}""", "cni network /etc/x.conflist: plugins are missing")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":[]}""", "cni network /etc/x.conflist: plugins are missing")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":["a"]}""", "cni network /etc/x.conflist: plugins must be objects")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"../a"}]}""", "cni network /etc/x.conflist: plugin type \"../a\" is no name of a program")]
    [InlineData("""{"cniVersion":"0.2.0","name":"n","plugins":[{"type":"a"}]}""", "cni network /etc/x.conflist: cniVersion \"0.2.0\" is not between 0.3.0 and 1.1.0")]
    [InlineData("""{"name":"n","plugins":[{"type":"a"}]}""", "cni network /etc/x.conflist: cniVersion \"\" is not between 0.3.0 and 1.1.0")]
    [InlineData("""{"cniVersion":"new","name":"n","plugins":[{"type":"a"}]}""", "cni network /etc/x.conflist: cniVersion \"new\" is no version")]
    public void Broken_list_is_refused_with_its_source_and_the_reason(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<CniException>(() => CniNetwork.Parse(json, "/etc/x.conflist")).Message);

    [Fact]
    public void Plugin_gets_the_lists_name_and_version_the_ports_it_can_map_and_the_result_before_it()
    {
        CniNetwork network = CniNetwork.Parse("""
            {"cniVersion":"1.0.0","name":"n","plugins":[{"type":"portmap","snat":true,"capabilities":{"portMappings":true}},{"type":"tuning"}]}
            """, "x");
        PortMapping[] ports = [new(8080, 80, "TCP"), new(53, 53, "UDP", "127.0.0.1")];
        JsonObject previous = new() { ["cniVersion"] = "1.0.0" };

        Assert.Equal(
            """{"type":"portmap","snat":true,"name":"n","cniVersion":"1.0.0","runtimeConfig":{"portMappings":["""
            + """{"hostPort":8080,"containerPort":80,"protocol":"tcp"},{"hostPort":53,"containerPort":53,"protocol":"udp","hostIP":"127.0.0.1"}]},"""
            + """ "prevResult":{"cniVersion":"1.0.0"}}""".TrimStart(),
            CniChain.Derive(network, network.Plugins[0], ports, previous).ToJsonString());
        Assert.Equal("""{"type":"tuning","name":"n","cniVersion":"1.0.0"}""",
            CniChain.Derive(network, network.Plugins[1], ports, null).ToJsonString());
    }
}
