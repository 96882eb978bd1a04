using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>podsd is killed between any two steps of a pod's start and end: the next one makes it what it should be, and nothing leaks.</summary>
public sealed class StartFaultTests
{
    private const int MostCalls = 400;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pod_starts_and_ends_though_podsd_is_killed_at_every_call_to_containerd(bool isCallMade)
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using CallRelay relay = new(podsd.File("relay.sock"), podsd.Containerd.Address);
        podsd.ContainerdAddress = relay.Path;

        await podsd.ApplyAsync(Manifest.Of("struck", Manifest.Forever));
        await podsd.KillAsync();
        await KillAtEveryCallAsync(podsd, relay, isCallMade,
            async () => await podsd.GetAsync("struck") is { } pod && PodsDaemon.Condition(pod, "Ready") == "True");
        JsonNode ready = await podsd.WaitForAsync("struck", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        Assert.StartsWith(podsd.Subnet, PodsDaemon.PodIp(ready));
        Assert.Equal("alive\n", await podsd.ExecAsync("struck", "main", "echo", "alive"));

        (await podsd.PodsAsync("delete", "pod", "struck", "--now", "--wait=false")).Succeeded();
        await podsd.KillAsync();
        await KillAtEveryCallAsync(podsd, relay, isCallMade, async () => (await podsd.PodsAsync("get", "pods", "-o", "name")) is
            { ExitCode: 0, Output: "" });
        await podsd.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Address_that_a_plugin_takes_after_podsd_was_killed_is_given_back()
    {
        using ScratchDirectory plugins = new();
        File.WriteAllText(plugins.File("slow-ipam"), $$"""
            #!/bin/sh
            # The first ADD waits for the test's word.
            [ "$CNI_COMMAND" = ADD ] && mkdir {{plugins.File("begun")}} 2> /dev/null && read go < {{plugins.File("go")}}
            echo $CNI_COMMAND >> {{plugins.File("calls")}}
            exec $(PATH=$(dirname $0)/..:/usr/lib/cni:/opt/cni/bin command -v host-local)
            """);
        File.SetUnixFileMode(plugins.File("slow-ipam"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (await Command.RunAsync("mkfifo", [plugins.File("go")])).Succeeded();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(
            new() { Arguments = ["--cni-bin-dir", plugins.Path + ":/usr/lib/cni:/opt/cni/bin"] });
        string list = podsd.File("net.d/10-test.conflist");
        File.WriteAllText(list, File.ReadAllText(list).Replace("\"host-local\"", "\"slow-ipam\""));
        await podsd.ApplyAsync(Manifest.Of("slow", Manifest.Forever));
        await Eventually.True(() => Directory.Exists(plugins.File("begun")), "the plugin takes its time");

        await podsd.KillAsync();
        await podsd.StartAgainAsync();
        await File.WriteAllTextAsync(plugins.File("go"), "\n");

        await podsd.WaitForAsync("slow", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        Assert.Equal(["ADD", "DEL", "ADD"], await File.ReadAllLinesAsync(plugins.File("calls")));
        Assert.Single(Directory.GetFiles(podsd.AddressLeases, "10.*"));
    }

    /// <summary>The first time at its first call, then at its second, until it gets as far as the test wants it to.</summary>
    private static async Task KillAtEveryCallAsync(PodsDaemon podsd, CallRelay relay, bool isCallMade, Func<Task<bool>> isThere)
    {
        for (int call = 1; call < MostCalls; call++)
        {
            relay.KillAt(call, isCallMade, () => podsd.Pid);
            podsd.Launch();
            bool hasArrived = false;
            await Eventually.True(async () => podsd.HasEnded || (hasArrived = await isThere()), $"call {call}", TimeSpan.FromSeconds(60));
            if (hasArrived && relay.Spare())
                return;
            await podsd.KillAsync();
        }
        Assert.Fail($"not there after {MostCalls} restarts\npodsd: {podsd.Log}");
    }
}
