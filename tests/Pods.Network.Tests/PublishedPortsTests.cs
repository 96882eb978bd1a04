using Pods.TestKit;

namespace Pods.Network.Tests;

/// <summary>The rule that lets published ports through where FORWARD drops by default; that it does is seen beside Docker in tests/vm.</summary>
public sealed class PublishedPortsTests
{
    [SkippableTheory]
    [InlineData("iptables", false)]
    [InlineData("ip6tables", true)]
    public async Task Rule_of_a_bridge_is_there_once_however_many_pods_ask_and_comes_back_when_it_was_flushed(string program, bool ofIPv6)
    {
        Requires.Root();
        Requires.Programs(program);
        string bridge = $"pp{Environment.ProcessId % 1_000_000}{(ofIPv6 ? 'b' : 'a')}";
        PublishedPorts ports = new(bridge, TimeSpan.FromSeconds(60));
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ports.AllowAsync(ofIPv6, CancellationToken.None)));
            // A podsd that starts anew finds the rule of the one before.
            await new PublishedPorts(bridge, TimeSpan.FromSeconds(60)).AllowAsync(ofIPv6, CancellationToken.None);

            string rule = Assert.Single(await RulesAsync());
            Assert.Contains("--ctstate DNAT", rule);
            await RemoveAsync(rule);
            await ports.AllowAsync(ofIPv6, CancellationToken.None);
            Assert.Equal(rule, Assert.Single(await RulesAsync()));
        }
        finally
        {
            foreach (string rule in await RulesAsync())
                await RemoveAsync(rule);
        }

        async Task<string[]> RulesAsync() =>
            [.. (await Command.RunAsync(program, ["-w", "-S", "FORWARD"])).Succeeded().Output.Split('\n').Where(l => l.Contains($"-o {bridge} "))];

        async Task RemoveAsync(string rule) =>
            (await Command.RunAsync("sh", ["-c", $"{program} -w -D {rule["-A ".Length..]}"])).Succeeded();
    }

    [SkippableFact]
    public async Task Only_the_network_of_our_own_is_let_through()
    {
        await using NodeNetwork node = new();

        Assert.True(new CniNetworks(node.Options with { ConfigurationDirectory = "/nonexistent" }).Current().IsOwn);
        Assert.False(new CniNetworks(node.Options).Current().IsOwn);
        Assert.False(CniNetwork.Parse("""{"cniVersion":"1.0.0","name":"pods","type":"ptp"}""", "a file").IsOwn);
    }
}
