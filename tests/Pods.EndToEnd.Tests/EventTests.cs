using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What podsd tells of the life of a pod, and who can ask for it.</summary>
public sealed class EventTests
{
    [SkippableFact]
    public async Task Life_of_a_pod_is_told_in_order_and_outlives_podsd_and_the_pod()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("told", Manifest.Forever), "told");
        await podsd.DeleteAsync("told");
        await podsd.StopAsync();
        await podsd.StartAgainAsync();

        string[] rows = (await podsd.PodsAsync("events", "told", "--no-headers")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        string[] reasons = [.. rows.Select(r => r.Split("   ", StringSplitOptions.RemoveEmptyEntries)[2].Trim())];
        Assert.Equal(["Pulled", "Created", "Started", "Killing"], reasons);
        Assert.Contains("pod/told", rows[0]);
    }

    [SkippableFact]
    public async Task Container_that_cannot_start_says_why_in_its_description()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("stuck", "true").Replace(PodsDaemon.Image, "test.local/absent:1").Replace("IfNotPresent", "Never"));
        await podsd.WaitForAsync("stuck", p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["waiting"]?["reason"]
            ?.GetValue<string>() == "ErrImageNeverPull", "without its image");

        string page = (await podsd.PodsAsync("describe", "pod", "stuck")).Succeeded().Output;

        Assert.Matches(@"Warning +Failed +\d+s.* +podsd +Error: container image ""test.local/absent:1"" is not present with pull policy of Never", page);
    }

    [SkippableFact]
    public async Task Failing_container_is_told_as_BackOff_and_kubectl_lists_it()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Kubectl kubectl = new(podsd);
        await podsd.ApplyAsync(Manifest.Of("crash", "exit 1"));
        await podsd.WaitForAsync("crash", p => PodsDaemon.FindContainerStatus(p, "main")?["restartCount"]?.GetValue<int>() > 0, "restarted");

        await Eventually.True(async () => (await kubectl.RunAsync("get", "events")).Succeeded().Output.Contains("Back-off restarting"), "told to kubectl");
        JsonNode all = JsonNode.Parse((await kubectl.RunAsync("get", "events", "-o", "json")).Succeeded().Output)!;
        Assert.Matches(@"Warning +BackOff", (await kubectl.RunAsync("describe", "pod", "crash")).Succeeded().Output);
        Assert.Equal("spec.containers{main}", all["items"]!.AsArray().First(e => e!["reason"]!.GetValue<string>() == "Started")!
            ["involvedObject"]!["fieldPath"]!.GetValue<string>());
    }
}
