using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What the machine's shutdown does: pods end in order and are kept.</summary>
public sealed class HaltTests
{
    [SkippableFact]
    public async Task Halted_pods_have_ended_as_they_wish_and_run_again_with_the_next_podsd()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        const string ending = "trap 'echo ending; exit 0' TERM; echo begun; while :; do sleep 0.1; done";
        await podsd.RunPodAsync(Manifest.Of("web", ending), "web");

        Assert.Equal("pods halted: 1\n", (await podsd.PodsAsync("halt")).Succeeded().Output);

        Assert.Equal("", (await podsd.Containerd.CtrAsync("containers", "ls", "-q")).Succeeded().Output);
        Assert.Equal("begun\nending\n", (await podsd.PodsAsync("logs", "web")).Succeeded().Output);
        await podsd.ApplyAsync(Manifest.Of("later", Manifest.Forever));
        Assert.Equal("", (await podsd.Containerd.CtrAsync("containers", "ls", "-q")).Succeeded().Output);

        await podsd.StopAsync();
        await podsd.StartAgainAsync();
        JsonNode web = await podsd.WaitForAsync("web", pod => PodsDaemon.Condition(pod, "Ready") == "True", "Ready again");
        Assert.Equal(1, PodsDaemon.ContainerStatus(web, "main")["restartCount"]!.GetValue<int>());
        await podsd.WaitForAsync("later", pod => PodsDaemon.Condition(pod, "Ready") == "True", "Ready");
    }

    [SkippableFact]
    public async Task Pods_of_less_priority_have_ended_before_the_next_are_asked_to_and_a_client_that_leaves_changes_nothing()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Timeline timeline = new(podsd);
        foreach (var (name, line) in new[] { ("critical", "priorityClassName: system-node-critical"), ("plain", ""), ("high", "priority: 10") })
        {
            string script = $"trap '{Timeline.Note(name + "-term")}; sleep 1; {Timeline.Note(name + "-end")}; exit 0' TERM; "
                + $"{Timeline.Note(name)}; while true; do sleep 1 & wait $!; done";
            await podsd.RunPodAsync(
                Manifest.Of(name, script, timeline.Volume + "\n" + line, Timeline.Mount).Replace("Seconds: 1", "Seconds: 30"), name);
        }

        DaemonProcess client = DaemonProcess.Start(Repository.Binary("pods"), ["halt"], podsd.File("halt.log"),
            new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock") });
        await Eventually.True(() => timeline.Has("plain-term"), "the first one is asked to end");
        await client.KillAsync();

        await Eventually.True(() => timeline.Has("critical-end"), "the others follow, though nobody waits for them", TimeSpan.FromSeconds(30));
        Assert.Equal("pods halted: 3\n", (await podsd.PodsAsync("halt")).Succeeded().Output);
        timeline.ExpectOrder("plain-term", "plain-end", "high-term", "high-end", "critical-term", "critical-end");
    }

    [SkippableFact]
    public async Task Halt_waits_for_the_grace_period_of_a_container_that_does_not_end()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("deaf", "trap '' TERM; while :; do sleep 0.1; done").Replace("Seconds: 1", "Seconds: 3"), "deaf");
        DateTime begun = DateTime.UtcNow;

        (await podsd.PodsAsync("halt")).Succeeded();

        Assert.True(DateTime.UtcNow - begun >= TimeSpan.FromSeconds(2.9), "it was killed before its time");
        Assert.Equal("", (await podsd.Containerd.CtrAsync("tasks", "ls", "-q")).Succeeded().Output);
    }
}
