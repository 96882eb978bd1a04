namespace Pods.Network.Tests;

public sealed class ResolvConfTests
{
    private const string Host = "# comment\ndomain old\nsearch example.org lan\nnameserver 192.0.2.1\nnameserver\t192.0.2.2\noptions timeout:1 rotate\n";

    [Theory]
    [InlineData("Default", "nameserver 192.0.2.1\nnameserver 192.0.2.2\nsearch example.org lan\noptions timeout:1 rotate\n")]
    [InlineData("ClusterFirst", "nameserver 10.0.0.10\nsearch example.org lan\noptions ndots:5\n")]
    [InlineData("ClusterFirstWithHostNet", "nameserver 10.0.0.10\nsearch example.org lan\noptions ndots:5\n")]
    [InlineData("None", "")]
    public void Policy_chooses_the_base(string policy, string expected) =>
        Assert.Equal(expected, ResolvConf.Render(policy, null, Host, ["10.0.0.10"]));

    [Fact]
    public void Without_a_cluster_dns_the_hosts_servers_are_used() =>
        Assert.Equal(ResolvConf.Render("Default", null, Host, []), ResolvConf.Render("ClusterFirst", null, Host, []));

    [Fact]
    public void Config_is_added_without_doubles_and_replaces_options_of_the_same_name()
    {
        DnsSettings config = new(["192.0.2.2", "192.0.2.3", "192.0.2.4"], ["lan", "more"], ["timeout:5", "ndots:2"]);

        Assert.Equal(
            "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nsearch example.org lan more\noptions timeout:5 rotate ndots:2\n",
            ResolvConf.Render("Default", config, Host, []));
        Assert.Equal("nameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\nsearch lan more\noptions timeout:5 ndots:2\n",
            ResolvConf.Render("None", config, Host, []));
    }
}
