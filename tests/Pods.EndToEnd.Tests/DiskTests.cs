using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Disks that fill up, small ones of the test's own: what runs goes on, the reason is told, and what nobody needs goes.</summary>
public sealed class DiskTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [SkippableFact]
    public async Task Disk_of_images_above_the_mark_is_freed_of_unused_ones_and_neither_of_pause_nor_of_one_in_use()
    {
        using LoopDisk disk = await LoopDisk.CreateAsync(100);
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new()
        {
            Containerd = new() { Root = disk.Path },
            Arguments = ["--image-gc-high", "40", "--image-gc-low", "20", "--image-gc-age", "1"],
        });
        JsonNode before = await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever), "web");
        Assert.InRange(disk.UsedPercent, 0, 20);

        await ImportAsync(podsd, "test.local/unused:1", 50);

        await Eventually.True(async () => !(await ImagesAsync(podsd)).Contains("test.local/unused"), "the unused image is gone", Limit);
        await Eventually.True(() => disk.UsedPercent < 40, "containerd has freed what it took", Limit);
        string left = await ImagesAsync(podsd);
        Assert.Contains("test.local/busybox", left);
        Assert.Contains("pause", left);
        ExpectUndisturbed(before, (await podsd.GetAsync("web"))!);
        (await podsd.PodsAsync(["apply", "--wait", "--timeout=1m", "-f", "-"], Manifest.Of("next", Manifest.Forever), Limit)).Succeeded();
    }

    [SkippableFact]
    public async Task Full_disk_of_images_says_so_and_leaves_what_runs()
    {
        using LoopDisk disk = await LoopDisk.CreateAsync(100);
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Containerd = new() { Root = disk.Path } });
        JsonNode before = await podsd.RunPodAsync(Manifest.Of("greedy", Manifest.Forever), "greedy");
        await FillAsync(podsd, "greedy", "");

        CommandResult waited = await podsd.PodsAsync(["apply", "--wait", "--timeout=20s", "-f", "-"], Manifest.Of("late", Manifest.Forever));

        Assert.Equal(1, waited.ExitCode);
        Assert.Matches("timed out after 20s waiting for pod/late to be ready: .*no space left on device", waited.Error);
        await Eventually.True(async () => (await podsd.PodsAsync("events", "late")).Output.Contains("no space left on device"), "an event tells why", Limit);
        Assert.Contains("no space left on device", (await podsd.GetAsync("late"))!["status"]!["message"]!.GetValue<string>());
        ExpectUndisturbed(before, (await podsd.GetAsync("greedy"))!);
        await podsd.ExecAsync("greedy", "main", "rm", "/fill", "/rest");
        await podsd.WaitForAsync("late", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready now that there is room", Limit);
    }

    [SkippableFact]
    public async Task Full_disk_of_volumes_and_logs_says_so_leaves_what_runs_and_lets_pods_be_deleted()
    {
        using LoopDisk disk = await LoopDisk.CreateAsync(40);
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new()
        {
            Arguments = ["--root", disk.Path, "--log-dir", Path.Combine(disk.Path, "log"), "--image-gc-age", "1"],
        });
        const string volume = "volumes: [{name: v, emptyDir: {}}]", mount = "volumeMounts: [{name: v, mountPath: /v}]";
        JsonNode before = await podsd.RunPodAsync(Manifest.Of("greedy", "while true; do echo line; sleep 0.1; done", volume, mount), "greedy");
        JsonNode other = await podsd.RunPodAsync(Manifest.Of("other", Manifest.Forever), "other");
        await FillAsync(podsd, "greedy", "/v");

        CommandResult refused = await podsd.PodsAsync(["apply", "-f", "-"],
            $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: big}}\ndata: {{a: {new string('x', 400_000)}}}\n");

        Assert.Equal(1, refused.ExitCode);
        Assert.Matches("^Error from server \\(InsufficientStorage\\): the node's disk is full: .*[Nn]o space left on device", refused.Error);
        await Eventually.True(async () => (await podsd.PodsAsync("events")).Output.Contains("NodeHasDiskPressure"), "the node tells", Limit);
        Assert.Matches($"the disk of {disk.Path} is (8[5-9]|9[0-9]|100) % full", (await podsd.PodsAsync("events")).Output);
        ExpectUndisturbed(before, (await podsd.GetAsync("greedy"))!);
        ExpectUndisturbed(other, (await podsd.GetAsync("other"))!);

        await podsd.DeleteAsync("greedy");

        await Eventually.True(async () => (await podsd.PodsAsync("events")).Output.Contains("NodeHasNoDiskPressure"), "it is over", Limit);
        ExpectUndisturbed(other, (await podsd.GetAsync("other"))!);
        await podsd.RunPodAsync(Manifest.Of("after", Manifest.Forever), "after");
    }

    [SkippableFact]
    public async Task Pod_that_is_over_keeps_its_log_and_gives_its_volumes_back()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--image-gc-age", "1"] });
        await podsd.ApplyAsync(Manifest.Of("once", "echo done; echo kept > /v/file; echo kept > /m/file",
            "restartPolicy: Never\nvolumes: [{name: v, emptyDir: {}}, {name: m, emptyDir: {medium: Memory}}]",
            "volumeMounts: [{name: v, mountPath: /v}, {name: m, mountPath: /m}]"));
        JsonNode pod = await podsd.WaitForAsync("once", p => p["status"]?["phase"]?.GetValue<string>() == "Succeeded", "over");
        string uid = pod["metadata"]!["uid"]!.GetValue<string>();

        await Eventually.True(() => !Directory.Exists(podsd.File($"pods/pods/{uid}")) && !Directory.Exists(podsd.File($"run/pods/{uid}")),
            "its directories are gone", Limit);

        Assert.Empty(MountTable.Below(podsd.Directory));
        Assert.Equal("done\n", (await podsd.PodsAsync("logs", "once")).Succeeded().Output);
        Assert.Equal("Succeeded", (await podsd.GetAsync("once"))!["status"]!["phase"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task Container_that_fails_again_and_again_keeps_the_files_of_its_last_two_runs()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        // Restarted by hand: what fails waits longer from run to run.
        JsonNode pod = await podsd.RunPodAsync(Manifest.Of("again", "echo run; " + Manifest.Forever), "again");
        for (int run = 1; run <= 3; run++)
        {
            await Eventually.True(async () => (await podsd.PodsAsync("logs", "again")).Output == "run\n", "it has written its line", Limit);
            (await podsd.PodsAsync("restart", "again")).Succeeded();
            await podsd.WaitForAsync("again", p => PodsDaemon.FindContainerStatus(p, "main") is { } status
                && status["restartCount"]?.GetValue<int>() == run && status["state"]?["running"] is not null, $"in its run {run}");
        }
        string uid = pod["metadata"]!["uid"]!.GetValue<string>();

        string[] logs = [.. Directory.GetFiles(Path.Combine(podsd.LogDirectory, $"default_again_{uid}", "main")).Select(f => Path.GetFileName(f)!).Order()];

        Assert.Equal(["2.log", "3.log"], logs);
        Assert.Single(Directory.GetFiles(podsd.File($"pods/pods/{uid}/containers/main")));
        Assert.Equal("run\n", (await podsd.PodsAsync("logs", "-p", "again")).Succeeded().Output);
        // Of the containers too: pause and the one that runs.
        Assert.Equal(2, (await podsd.Containerd.CtrAsync("containers", "ls", "-q")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static async Task ImportAsync(PodsDaemon podsd, string name, int mebibytes)
    {
        byte[] content = new byte[mebibytes << 20];
        new Random(5).NextBytes(content);
        TestImage.Busybox(recipe => recipe.Files["/large"] = content).WriteOciArchive(podsd.File("large.tar"), name);
        // Not unpacked: it counts as unused from its first moment, and would go while ctr is still at it.
        (await podsd.Containerd.CtrAsync("images", "import", "--no-unpack", podsd.File("large.tar"))).Succeeded();
    }

    private static async Task<string> ImagesAsync(PodsDaemon podsd) => (await podsd.PodsAsync("images")).Succeeded().Output;

    /// <summary>To the last byte: in large parts, then in small ones.</summary>
    private static async Task FillAsync(PodsDaemon podsd, string pod, string directory)
    {
        foreach (string size in new[] { "65536", "512" })
        {
            string file = directory + (size == "512" ? "/rest" : "/fill");
            CommandResult filled = await podsd.PodsAsync("exec", pod, "--", "dd", "if=/dev/zero", $"of={file}", $"bs={size}");
            Assert.Contains("No space left on device", filled.Error);
        }
    }

    private static void ExpectUndisturbed(JsonNode before, JsonNode now)
    {
        JsonNode then = PodsDaemon.ContainerStatus(before, "main"), status = PodsDaemon.ContainerStatus(now, "main");
        Assert.Equal(then["containerID"]!.GetValue<string>(), status["containerID"]!.GetValue<string>());
        Assert.Equal(0, status["restartCount"]!.GetValue<int>());
        Assert.NotNull(status["state"]!["running"]);
        Assert.Equal("Running", now["status"]!["phase"]!.GetValue<string>());
    }
}
