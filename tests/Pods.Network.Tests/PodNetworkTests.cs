using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Pods.Linux;
using Pods.TestKit;

namespace Pods.Network.Tests;

/// <summary>Real plugins, real namespaces.</summary>
public sealed class PodNetworkTests
{
    [SkippableFact]
    public async Task Pod_gets_an_address_that_the_host_reaches_and_gives_it_back()
    {
        await using NodeNetwork node = new();
        PodNetworkRequest pod = node.NewPod("a");

        PodNetworkResult result = await node.Network.SetUpAsync(pod, CancellationToken.None);

        Assert.Equal((node.Bridge, "eth0"), (result.NetworkName, result.Interface));
        string address = Assert.Single(result.Addresses);
        Assert.StartsWith(node.Subnet, address);
        Assert.Equal(address, Assert.Single(node.LeasedAddresses()));
        Assert.Equivalent(result, node.Network.Find("a"));
        Assert.True(await node.Network.CheckAsync("a", CancellationToken.None));
        Assert.Equal("hello", await TalkAsync(pod, address));

        await node.Network.TearDownAsync("a", null, CancellationToken.None);

        Assert.Empty(node.LeasedAddresses());
        Assert.Empty(node.Network.CachedSandboxes());
        Assert.Null(node.Network.Find("a"));
        Assert.False(await node.Network.CheckAsync("a", CancellationToken.None));
        await node.Network.TearDownAsync("a", null, CancellationToken.None);
    }

    [SkippableFact]
    public async Task Set_up_again_gives_the_same_result()
    {
        await using NodeNetwork node = new();
        PodNetworkRequest pod = node.NewPod("a");
        PodNetworkResult first = await node.Network.SetUpAsync(pod, CancellationToken.None);

        PodNetworkResult second = await new PodNetwork(node.Options).SetUpAsync(pod, CancellationToken.None);

        Assert.Equivalent(first, second);
        Assert.Single(node.LeasedAddresses());
    }

    [SkippableFact]
    public async Task Host_port_is_mapped_and_its_rules_go_with_the_pod()
    {
        await using NodeNetwork node = new();
        PodNetworkRequest pod = node.NewPod("web", new PortMapping(28_080, 80, "TCP"));

        PodNetworkResult result = await node.Network.SetUpAsync(pod, CancellationToken.None);
        Assert.Contains("28080", await node.FirewallAsync($"{result.Addresses[0]}:80"), StringComparison.Ordinal);

        await node.Network.TearDownAsync("web", null, CancellationToken.None);
        Assert.Equal("", await node.FirewallAsync(result.Addresses[0]));
    }

    [SkippableFact]
    public async Task Pods_are_set_up_in_parallel_and_reach_each_other()
    {
        await using NodeNetwork node = new();
        PodNetworkRequest[] pods = [.. Enumerable.Range(0, 8).Select(i => node.NewPod($"p{i}"))];

        PodNetworkResult[] results = await Task.WhenAll(pods.Select(pod => node.Network.SetUpAsync(pod, CancellationToken.None)));

        Assert.Equal(8, results.SelectMany(result => result.Addresses).Distinct().Count());
        Assert.Equal("hello", await TalkAsync(pods[0], results[0].Addresses[0], from: pods[7]));
        await Task.WhenAll(pods.Select(pod => node.Network.TearDownAsync(pod.SandboxId, null, CancellationToken.None)));
        Assert.Empty(node.LeasedAddresses());
    }

    [SkippableFact]
    public async Task Hundred_rounds_leak_neither_address_nor_rule()
    {
        await using NodeNetwork node = new();
        for (int round = 0; round < 20; round++)
        {
            PodNetworkRequest[] pods = [.. Enumerable.Range(0, 5).Select(i => node.NewPod($"r{round}p{i}", new PortMapping(29_000 + i, 80, "TCP")))];
            await Task.WhenAll(pods.Select(pod => node.Network.SetUpAsync(pod, CancellationToken.None)));
            await Task.WhenAll(pods.Select(pod => node.Network.TearDownAsync(pod.SandboxId, null, CancellationToken.None)));
        }
        Assert.Empty(node.LeasedAddresses());
        Assert.Equal("", await node.FirewallAsync(node.Subnet));
    }

    [SkippableFact]
    public async Task Namespace_that_is_gone_does_not_keep_its_address()
    {
        // The bridge plugin 1.1 learns the address to unmasquerade from the namespace only: nobody could take that rule back.
        await using NodeNetwork node = new(list => list["plugins"]![0]!["ipMasq"] = false);
        PodNetworkRequest pod = node.NewPod("a", new PortMapping(28_081, 80, "TCP"));
        await node.Network.SetUpAsync(pod, CancellationToken.None);
        Namespaces.Unpin(pod.NetworkNamespace);

        await node.Network.TearDownAsync("a", null, CancellationToken.None);

        Assert.Empty(node.LeasedAddresses());
        Assert.Equal("", await node.FirewallAsync(node.Subnet));
    }

    [SkippableFact]
    public async Task Failing_plugin_is_named_with_its_message_and_what_was_done_is_undone()
    {
        await using NodeNetwork node = new(list => list["plugins"]!.AsArray().Add((JsonNode)new JsonObject { ["type"] = "broken" }));
        node.WritePlugin("broken", """
            cat > /dev/null
            [ $CNI_COMMAND = DEL ] && exit 0
            echo '{"cniVersion":"1.0.0","code":7,"msg":"no power","details":"cable 3"}'; exit 1
            """);

        CniException error = await Assert.ThrowsAsync<CniException>(() => node.Network.SetUpAsync(node.NewPod("a"), CancellationToken.None));

        Assert.Equal("cni plugin broken: ADD: no power: cable 3", error.Message);
        Assert.Empty(node.LeasedAddresses());
        Assert.Empty(node.Network.CachedSandboxes());
    }

    [SkippableTheory]
    [InlineData("cat > /dev/null; echo oops >&2; exit 3", "cni plugin broken: ADD: exit 3: oops")]
    [InlineData("exit 1", "cni plugin broken: ADD: exit 1")]
    [InlineData("cat > /dev/null; echo not json", "cni plugin broken: ADD: the answer is no JSON object: not json")]
    [InlineData("cat > /dev/null", "cni plugin broken: ADD: no result")]
    [InlineData("exec sleep 60", "cni plugin broken: ADD: no answer within 0.5 s")]
    public async Task Plugin_that_breaks_the_protocol_is_an_error_in_one_sentence(string script, string message)
    {
        await using NodeNetwork node = new(list => list["plugins"] = new JsonArray(new JsonObject { ["type"] = "broken" }));
        node.WritePlugin("broken", "[ $CNI_COMMAND = DEL ] && exit 0\n" + script);
        // Short for the one that never answers, and long enough for the others on a machine that is busy.
        PodNetwork network = new(node.Options with { Timeout = TimeSpan.FromSeconds(message.EndsWith("0.5 s") ? 0.5 : 60) });

        Assert.Equal(message, (await Assert.ThrowsAsync<CniException>(() => network.SetUpAsync(node.NewPod("a"), CancellationToken.None))).Message);
    }

    [SkippableFact]
    public async Task Missing_plugin_is_named_with_the_places_where_it_was_looked_for()
    {
        await using NodeNetwork node = new(list => list["plugins"] = new JsonArray(new JsonObject { ["type"] = "absent" }));

        CniException error = await Assert.ThrowsAsync<CniException>(() => node.Network.SetUpAsync(node.NewPod("a"), CancellationToken.None));

        Assert.Equal($"cni plugin absent: ADD: not found in {string.Join(" or ", node.Options.PluginDirectories)}", error.Message);
        Assert.Empty(node.Network.CachedSandboxes());
    }

    [SkippableFact]
    public async Task Failed_tear_down_is_tried_again_and_other_plugins_release_at_once()
    {
        await using NodeNetwork node = new(list => list["plugins"]!.AsArray().Add((JsonNode)new JsonObject { ["type"] = "stubborn" }));
        node.WritePlugin("stubborn", """
            cat > /dev/null
            [ $CNI_COMMAND = ADD ] && echo '{"cniVersion":"1.0.0"}' && exit 0
            echo '{"code":11,"msg":"later"}'; exit 1
            """);
        await node.Network.SetUpAsync(node.NewPod("a"), CancellationToken.None);

        CniException error = await Assert.ThrowsAsync<CniException>(() => node.Network.TearDownAsync("a", null, CancellationToken.None));
        Assert.Equal("cni plugin stubborn: DEL: later", error.Message);
        Assert.Empty(node.LeasedAddresses());
        Assert.Equal("a", Assert.Single(node.Network.CachedSandboxes()));

        node.WritePlugin("stubborn", "cat > /dev/null");
        await node.Network.CollectAsync([], CancellationToken.None);
        Assert.Empty(node.Network.CachedSandboxes());
    }

    [SkippableFact]
    public async Task Own_network_is_used_where_none_is_configured()
    {
        await using NodeNetwork node = new();
        NetworkOptions options = node.Options with { ConfigurationDirectory = "/nonexistent", DefaultSubnet = "10.253.251.0/24,fd87:1::/64" };

        CniNetwork own = new CniNetworks(options).Current();

        Assert.Equal("pods", own.Name);
        Assert.Equal("bridge portmap firewall", string.Join(' ', own.Plugins.Select(plugin => (string?)plugin["type"])));
        Assert.Equal("""[[{"subnet":"10.253.251.0/24"}],[{"subnet":"fd87:1::/64"}]]""", own.Plugins[0]["ipam"]!["ranges"]!.ToJsonString());
    }

    /// <summary>A listener inside the pod says hello to whoever connects: this machine, or another pod.</summary>
    private static async Task<string> TalkAsync(PodNetworkRequest pod, string address, PodNetworkRequest? from = null)
    {
        using FileDescriptor space = Namespaces.Open(pod.NetworkNamespace);
        using Socket listener = Namespaces.Run(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, 4000));
        listener.Listen();
        using FileDescriptor home = Namespaces.Open(from?.NetworkNamespace ?? "/proc/self/ns/net");
        using Socket client = Namespaces.Run(home, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await client.ConnectAsync(IPAddress.Parse(address), 4000).WaitAsync(TimeSpan.FromSeconds(10));
        using Socket accepted = await listener.AcceptAsync();
        await accepted.SendAsync("hello"u8.ToArray());
        byte[] heard = new byte[5];
        int read = await client.ReceiveAsync(heard);
        return System.Text.Encoding.ASCII.GetString(heard, 0, read);
    }
}
