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

    [Fact]
    public void More_than_the_resolver_takes_is_left_out_with_a_warning()
    {
        DnsSettings config = new(
            ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"],
            [.. Enumerable.Range(1, 33).Select(n => $"s{n}.example")],
            []);

        string text = ResolvConf.Render("None", config, Host, [], out IReadOnlyList<string> warnings);

        Assert.StartsWith("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nsearch s1.example", text);
        Assert.EndsWith("s32.example\n", text);
        Assert.Equal(
            [
                "nameservers 192.0.2.4 192.0.2.5 are left out: 3 are the most",
                "search domains s33.example are left out: 32 domains and 2048 characters are the most",
            ],
            warnings);
    }

    [Fact]
    public void Search_list_of_too_many_characters_is_cut_between_domains()
    {
        DnsSettings config = new([], [.. Enumerable.Range(10, 12).Select(n => $"{new string('x', 200)}.s{n}")], []);

        string line = ResolvConf.Render("None", config, "", [], out IReadOnlyList<string> warnings);

        // 10 names of 204 characters and 9 blanks between them would be 2049.
        Assert.EndsWith(".s18\n", line);
        Assert.Single(warnings);
    }

    [Fact]
    public void Nameserver_on_the_loopback_is_warned_about()
    {
        ResolvConf.Render("Default", null, "nameserver 127.0.0.1\n", [], out IReadOnlyList<string> warnings);

        Assert.Equal(["nameserver 127.0.0.1 is the pod's own loopback, not the host's"], warnings);
    }
}
