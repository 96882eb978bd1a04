using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>
/// A pod that takes another's place is not lost on the way: between the two lies a whole grace period, and anything may happen in it.
/// </summary>
public sealed class ReplacementTests
{
    // Deaf to SIGTERM until the test says so: the moment between the old and the new pod lasts as long as it is needed.
    private const string Deaf = "trap '' TERM; until [ -e /tmp/go ]; do sleep 0.1; done";

    [SkippableFact]
    public async Task New_pod_comes_though_its_client_and_podsd_are_killed_while_the_old_one_ends()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode old = await podsd.RunPodAsync(Pod(), "app");
        DaemonProcess client = Apply(podsd, "hostname: other");
        await EndingAsync(podsd);

        await client.KillAsync();
        await podsd.KillAsync();
        await podsd.StartAgainAsync();
        await LetGoAsync(podsd);

        JsonNode pod = await podsd.WaitForAsync("app", p => Uid(p) != Uid(old) && PodsDaemon.Condition(p, "Ready") == "True", "the new one, and Ready");
        Assert.Equal("other\n", await podsd.ExecAsync("app", "main", "hostname"));
        Assert.Equal(0, PodsDaemon.ContainerStatus(pod, "main")["restartCount"]!.GetValue<int>());
    }

    [SkippableFact]
    public async Task What_is_asked_for_last_is_what_comes_and_a_deletion_lets_nothing_come()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Pod(), "app");
        DaemonProcess first = Apply(podsd, "hostname: first");
        await EndingAsync(podsd);
        // The definition that still runs, asked for again: what was asked for in between is to be forgotten.
        DaemonProcess second = Apply(podsd, "");
        await Eventually.True(() => Successor(podsd)?["spec"]?["hostname"] is null, "the last one is remembered");
        await LetGoAsync(podsd);
        await podsd.WaitForAsync("app", p => p["metadata"]?["deletionTimestamp"] is null && PodsDaemon.Condition(p, "Ready") == "True", "Ready again");
        await Eventually.True(() => second.HasExited && first.HasExited, "both have been answered");
        Assert.Equal("app\n", await podsd.ExecAsync("app", "main", "hostname"));
        Assert.Equal((0, "pod/app configured\n"), (second.ExitCode, second.Log));

        DaemonProcess third = Apply(podsd, "hostname: third");
        await EndingAsync(podsd);
        (await podsd.PodsAsync("delete", "pod", "app", "--wait=false")).Succeeded();
        await LetGoAsync(podsd);

        await Eventually.True(async () => await podsd.GetAsync("app") is null, "it is gone");
        await Eventually.True(() => third.HasExited, "who waited for the new one is answered");
        Assert.Equal((1, "Error from server (NotFound): pods \"app\" not found\n"), (third.ExitCode, third.Log));
        Assert.Null(await podsd.GetAsync("app"));
    }

    [SkippableFact]
    public async Task Apply_of_a_pod_that_is_being_deleted_says_so_and_changes_nothing()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Pod(), "app");
        (await podsd.PodsAsync("delete", "pod", "app", "--wait=false")).Succeeded();

        CommandResult applied = await podsd.PodsAsync(["apply", "-f", "-"], Pod());

        Assert.Equal((1, "error: pod \"app\" is being deleted: apply it again when it is gone (pods wait --for=delete pod/app)\n"),
            (applied.ExitCode, applied.Error));
        CommandResult other = await podsd.PodsAsync(["apply", "-f", "-"], Pod("hostname: other"));
        Assert.Equal((1, "Error from server (Conflict): pod \"app\" is being deleted: apply it again when it is gone\n"), (other.ExitCode, other.Error));
        await LetGoAsync(podsd);
        await Eventually.True(async () => await podsd.GetAsync("app") is null, "it is gone");
    }

    private static string Pod(string specLines = "") => Manifest.Of("app", Deaf, specLines).Replace("Seconds: 1", "Seconds: 300");

    private static DaemonProcess Apply(PodsDaemon podsd, string specLines)
    {
        string file = podsd.File(Path.GetRandomFileName() + ".yaml");
        File.WriteAllText(file, Pod(specLines));
        return DaemonProcess.Start(Repository.Binary("pods"), ["apply", "-f", file], file + ".log",
            new Dictionary<string, string> { ["PODS_SOCKET"] = podsd.File("podsd.sock") });
    }

    private static Task EndingAsync(PodsDaemon podsd) =>
        podsd.WaitForAsync("app", p => p["metadata"]?["deletionTimestamp"] is not null, "ending");

    /// <summary>Its exit code may be that of a container which ends before it does.</summary>
    private static Task LetGoAsync(PodsDaemon podsd) => podsd.PodsAsync("exec", "app", "--", "touch", "/tmp/go");

    private static string Uid(JsonNode pod) => pod["metadata"]!["uid"]!.GetValue<string>();

    // As it lies on the disk: only then has the request arrived.
    private static JsonNode? Successor(PodsDaemon podsd) =>
        JsonNode.Parse(File.ReadAllText(Directory.GetFiles(podsd.File("pods/store"), "*.json").Single()))?["successor"];
}
