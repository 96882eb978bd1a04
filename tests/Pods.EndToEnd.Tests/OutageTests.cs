using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>What a pod needs is gone for a while: it says what it waits for, nothing of it is half made, and it comes up when all is back.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan BackOff = TimeSpan.FromSeconds(90);   // up to three tries, 10 and 20 s apart

    [SkippableFact]
    public async Task Pod_waits_for_a_registry_that_is_gone_and_runs_when_it_is_back()
    {
        int port = FreePort.Find();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("pulls", Manifest.Forever).Replace(PodsDaemon.Image, $"127.0.0.1:{port}/app:1"));

        JsonNode waiting = await podsd.WaitForAsync("pulls", p => Waiting(p, "reason") is "ErrImagePull" or "ImagePullBackOff", "held back");
        Assert.Contains($"127.0.0.1:{port}", Waiting(waiting, "message"));
        Assert.NotNull(PodsDaemon.PodIp(waiting));
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync(port: port);
        await registry.PushAsync(TestImage.Busybox(), "app", "1");

        await podsd.WaitForAsync("pulls", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready", BackOff);
    }

    [SkippableFact]
    public async Task Registry_that_dies_takes_nothing_that_runs_and_holds_back_only_what_asks_for_it()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        int port = FreePort.Find();
        string manifest;
        JsonNode before;
        await using (PrivateRegistry registry = await PrivateRegistry.StartAsync(port: port))
        {
            await registry.PushAsync(TestImage.Busybox(), "app", "1");
            manifest = Manifest.Two("app", Manifest.Forever, Manifest.Forever).Replace(PodsDaemon.Image, $"{registry.Host}/app:1");
            // The first asks the registry at each of its starts.
            manifest = ReplaceFirst(manifest, "IfNotPresent", "Always");
            before = await podsd.RunPodAsync(manifest, "app");
        }

        // Another image is asked for that cannot be had: the pod goes on as it was, and says why.
        await podsd.ApplyAsync(manifest.Replace("/app:1", "/app:2"));
        JsonNode held = await podsd.WaitForAsync("app", p => PodsDaemon.Condition(p, "PodUpdated") == "False", "told to be out of date");
        Assert.Equal(("True", Id(before, "first"), Id(before, "second")), (PodsDaemon.Condition(held, "Ready"), Id(held, "first"), Id(held, "second")));
        Assert.Contains($"127.0.0.1:{port}", (await podsd.PodsAsync("events", "app")).Succeeded().Output);
        await podsd.ApplyAsync(manifest);

        await podsd.PodsAsync("exec", "app", "-c", "second", "--", "kill", "1");   // which may be killed with it
        await podsd.PodsAsync("exec", "app", "-c", "first", "--", "kill", "1");
        JsonNode half = await podsd.WaitForAsync("app", p => PodsDaemon.FindContainerStatus(p, "second")?["state"]?["running"] is not null
            && PodsDaemon.FindContainerStatus(p, "second")?["restartCount"]?.GetValue<int>() == 1
            && PodsDaemon.FindContainerStatus(p, "first")?["state"]?["waiting"]?["reason"]?.GetValue<string>() is "ErrImagePull" or "ImagePullBackOff",
            "half running", BackOff);
        Assert.Equal(PodsDaemon.PodIp(before), PodsDaemon.PodIp(half));

        await using PrivateRegistry again = await PrivateRegistry.StartAsync(port: port);
        await again.PushAsync(TestImage.Busybox(), "app", "1");
        await podsd.WaitForAsync("app", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready", BackOff);

        static string Id(JsonNode pod, string container) => PodsDaemon.ContainerStatus(pod, container)["containerID"]!.GetValue<string>();
        static string ReplaceFirst(string text, string what, string with) =>
            text[..text.IndexOf(what, StringComparison.Ordinal)] + with + text[(text.IndexOf(what, StringComparison.Ordinal) + what.Length)..];
    }

    [SkippableFact]
    public async Task Runtime_that_fails_leaves_nothing_half_made_and_an_exec_probe_is_one_call_of_it_and_no_more()
    {
        using ScratchDirectory runtime = new();
        string calls = runtime.File("calls"), broken = runtime.File("broken");
        File.WriteAllText(runtime.File("runc"), $$"""
            #!/bin/sh
            verb= log= previous=
            for word; do
              [ "$previous" = --log ] && log=$word
              case "$word" in create|start|exec|kill|delete|state|ps|update|events|pause|resume|features) [ "$verb" ] || verb=$word ;; esac
              previous=$word
            done
            echo "$verb" >> {{calls}}
            [ "$verb" = create ] && [ -e {{broken}} ] || exec {{Requires.FindProgram("runc")}} "$@"
            echo '{"level":"error","msg":"out of order","time":"now"}' >> "$log"
            exit 1
            """);
        File.SetUnixFileMode(runtime.File("runc"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(broken, "");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Containerd = new() { PathFirst = [runtime.Path] } });
        Timeline timeline = new(podsd);
        await podsd.ApplyAsync(Manifest.Of("tries", Manifest.Forever, timeline.Volume,
            Timeline.Mount + $"\nreadinessProbe: {{exec: {{command: [sh, -c, \"{Timeline.Note("asked")}\"]}}, periodSeconds: 1, timeoutSeconds: 30}}"));

        JsonNode failed = await podsd.WaitForAsync("tries", p => p["status"]?["reason"]?.GetValue<string>() == "FailedCreatePodSandBox", "told about");
        Assert.Contains("out of order", failed["status"]!["message"]!.GetValue<string>());
        await Eventually.True(() => podsd.Containerd.Shims().Count == 0 && Directory.GetFiles(podsd.AddressLeases, "10.*").Length == 0,
            "neither shim nor address stays until the next try", TimeSpan.FromSeconds(30));
        File.Delete(broken);
        await podsd.WaitForAsync("tries", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready", BackOff);

        // The calls are read between two looks at the questions: one of them, and no more, may be under way and not have asked yet.
        int Asked() => timeline.Words.Count();
        int least = Asked(), before = File.ReadAllLines(calls).Length, most = Asked();
        await Eventually.True(() => Asked() >= most + 4, "four more questions", TimeSpan.FromSeconds(60));
        int thenLeast = Asked();
        string[] made = File.ReadAllLines(calls)[before..];
        Assert.All(made, verb => Assert.Equal("exec", verb));
        Assert.InRange(made.Length, thenLeast - most - 1, Asked() - least + 1);
    }

    [SkippableFact]
    public async Task Full_disk_takes_no_pod_and_costs_none_and_a_pod_can_still_be_deleted()
    {
        using ScratchDirectory disk = new();
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=755", "small", disk.Path])).Succeeded();
        try
        {
            await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--root", disk.File("root")] });
            await podsd.RunPodAsync(Manifest.Of("kept", Manifest.Forever), "kept");
            await podsd.RunPodAsync(Manifest.Of("unwanted", Manifest.Forever), "unwanted");
            await Fill(disk.File("full"));

            CommandResult refused = await podsd.PodsAsync(["apply", "-f", "-"], Manifest.Of("late", Manifest.Forever));
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("no space left on device", refused.Error);
            Assert.Null(await podsd.GetAsync("late"));
            await podsd.PodsAsync("exec", "kept", "--", "kill", "1");   // which may be killed with it
            await podsd.WaitForAsync("kept", p => PodsDaemon.FindContainerStatus(p, "main")?["restartCount"]?.GetValue<int>() == 1
                && PodsDaemon.Condition(p, "Ready") == "True", "restarted");
            await podsd.DeleteAsync("unwanted");

            File.Delete(disk.File("full"));
            await podsd.RunPodAsync(Manifest.Of("late", Manifest.Forever), "late");
            await podsd.KillAsync();
            await podsd.StartAgainAsync();
            Assert.Equal("pod/kept\npod/late\n", (await podsd.PodsAsync("get", "pods", "-o", "name")).Succeeded().Output);
        }
        finally
        {
            await Command.RunAsync("umount", ["-R", disk.Path]);
        }
    }

    /// <summary>To the last byte, by a file of its own.</summary>
    private static Task<CommandResult> Fill(string path) => Command.RunAsync("dd", ["if=/dev/zero", "of=" + path, "bs=4096"]);

    private static string? Waiting(JsonNode pod, string field) =>
        PodsDaemon.FindContainerStatus(pod, "main")?["state"]?["waiting"]?[field]?.GetValue<string>();
}
