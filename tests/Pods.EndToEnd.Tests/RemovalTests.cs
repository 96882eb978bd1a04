using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What the package does before it takes the programs away: every pod ends, and only then podsd does.</summary>
public sealed class RemovalTests
{
    private const string Deaf = "trap '' TERM; while :; do sleep 0.1; done";

    [SkippableFact]
    public async Task Pods_end_within_their_grace_periods_and_nothing_of_them_is_left()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever), "web");
        await podsd.ApplyAsync(Manifest.Of("over", "true", "restartPolicy: Never"));
        await podsd.WaitForAsync("over", pod => pod["status"]?["phase"]?.GetValue<string>() == "Succeeded", "over");
        await podsd.StopAsync();

        await ExpectRemovedAsync(podsd, count: 2);
    }

    /// <summary>Nothing of theirs has to be written down first, so that only what they wait for keeps podsd.</summary>
    [SkippableFact]
    public async Task Pods_whose_deletion_had_begun_are_waited_for()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string[] names = ["first", "second"];
        foreach (string name in names)
            await podsd.RunPodAsync(Manifest.Of(name, Deaf).Replace("Seconds: 1", "Seconds: 5"), name);
        foreach (string name in names)
            (await podsd.PodsAsync("delete", "pod", name, "--wait=false")).Succeeded();
        await podsd.KillAsync();

        await ExpectRemovedAsync(podsd, count: 2);
    }

    [SkippableFact]
    public async Task Without_containerd_it_fails_and_the_pods_can_be_removed_later()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever), "web");
        await podsd.StopAsync();
        podsd.ContainerdAddress = podsd.File("none.sock");

        CommandResult failed = await podsd.RunOnceAsync("--remove-pods");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains($"podsd: containerd at \"{podsd.File("none.sock")}\" does not answer: its pods stay as they are\n", failed.Error);
        podsd.ContainerdAddress = null;
        await ExpectRemovedAsync(podsd, count: 1);
    }

    [SkippableFact]
    public async Task A_podsd_that_runs_keeps_its_pods()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever), "web");

        CommandResult refused = await podsd.RunOnceAsync("--remove-pods");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(podsd.File("pods"), refused.Error);
        await podsd.WaitForAsync("web", pod => PodsDaemon.Condition(pod, "Ready") == "True", "Ready still");
    }

    private static async Task ExpectRemovedAsync(PodsDaemon podsd, int count)
    {
        Assert.Equal($"podsd: pods removed: {count}\n", (await podsd.RunOnceAsync("--remove-pods")).Succeeded().Output);
        await podsd.ExpectNothingLeftAsync();
    }
}
