using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Restarts, ends and their reasons, as a pod's status tells them.</summary>
public sealed class PodLifeCycleTests
{
    [SkippableFact]
    public async Task Container_over_its_memory_limit_is_reported_as_OOMKilled_and_restarted()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("oom", "x=0123456789; while true; do x=$x$x; done", "",
            "resources: {limits: {memory: 16Mi}}"));

        JsonNode pod = await podsd.WaitForAsync("oom", p => RestartCount(p) > 0, "restarted");

        JsonNode last = PodsDaemon.ContainerStatus(pod, "main")["lastState"]!["terminated"]!;
        Assert.Equal("OOMKilled", last["reason"]!.GetValue<string>());
        Assert.Equal(137, last["exitCode"]!.GetValue<int>());
    }

    [SkippableFact]
    public async Task Pod_that_never_restarts_succeeds_or_fails_by_its_exit_code()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("good", "echo done", "restartPolicy: Never"));
        await podsd.ApplyAsync(Manifest.Of("bad", "exit 3", "restartPolicy: Never"));

        JsonNode good = await podsd.WaitForAsync("good", p => Phase(p) == "Succeeded", "Succeeded");
        JsonNode bad = await podsd.WaitForAsync("bad", p => Phase(p) == "Failed", "Failed");

        Assert.Equal("Completed", Terminated(good)["reason"]!.GetValue<string>());
        Assert.Equal("Error", Terminated(bad)["reason"]!.GetValue<string>());
        Assert.Equal(3, Terminated(bad)["exitCode"]!.GetValue<int>());
        Assert.Equal("done\n", (await podsd.PodsAsync("logs", "good")).Succeeded().Output);
    }

    [SkippableFact]
    public async Task Failing_container_is_restarted_with_back_off()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("crash", "echo try; exit 1"));

        JsonNode pod = await podsd.WaitForAsync("crash",
            p => Waiting(p) == "CrashLoopBackOff" && RestartCount(p) == 1, "in CrashLoopBackOff after one restart");

        Assert.Equal("Running", Phase(pod));
        CommandResult previous = await podsd.PodsAsync("logs", "crash", "--previous");
        Assert.Equal("try\n", previous.Succeeded().Output);
    }

    [SkippableFact]
    public async Task Init_containers_run_in_order_before_the_apps()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string init(string name, string script) =>
            $"- {{name: {name}, image: {PodsDaemon.Image}, command: [sh, -c, \"{script}\"], volumeMounts: [{{name: v, mountPath: /v}}]}}";
        await podsd.RunPodAsync(Manifest.Of("init", "cat /v/order; " + Manifest.Forever,
            $"volumes:\n- {{name: v, emptyDir: {{}}}}\ninitContainers:\n{init("a", "echo a >> /v/order")}\n{init("b", "echo b >> /v/order")}",
            "volumeMounts:\n- {name: v, mountPath: /v}"), "init");

        await Eventually.True(async () => (await podsd.PodsAsync("logs", "init", "-c", "main")).Output == "a\nb\n", "both ran, in order");
    }

    [SkippableFact]
    public async Task Process_that_ignores_SIGTERM_is_killed_after_the_grace_period()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("stubborn", "trap '' TERM; while true; do sleep 1; done"), "stubborn");

        await podsd.DeleteAsync("stubborn");

        await podsd.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Pod_is_rebuilt_when_pause_dies()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode before = await podsd.RunPodAsync(Manifest.Of("rebuilt", Manifest.Forever), "rebuilt");
        int old = await podsd.PidOfAsync(before, "main");
        ProcessEntry pause = ProcessTable.ChildrenOf(podsd.Containerd.Shims()[0]).Single(c => c.CommandLine[0].EndsWith("pause"));

        Native.Kill(pause.Pid);

        await podsd.WaitForAsync("rebuilt", p => RestartCount(p) == 1 && PodsDaemon.Condition(p, "Ready") == "True", "Ready again");
        Assert.Null(ProcessTable.Find(old));
    }

    private static int RestartCount(JsonNode pod) =>
        PodsDaemon.FindContainerStatus(pod, "main")?["restartCount"]?.GetValue<int>() ?? 0;

    private static string? Phase(JsonNode pod) => pod["status"]?["phase"]?.GetValue<string>();

    private static string? Waiting(JsonNode pod) =>
        PodsDaemon.FindContainerStatus(pod, "main")?["state"]?["waiting"]?["reason"]?.GetValue<string>();

    private static JsonNode Terminated(JsonNode pod) =>
        PodsDaemon.ContainerStatus(pod, "main")["state"]!["terminated"]!;
}
