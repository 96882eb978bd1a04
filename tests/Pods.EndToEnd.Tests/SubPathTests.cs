using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>A part of a volume in a container.</summary>
public sealed class SubPathTests
{
    private const string Volume = "volumes:\n- {name: v, emptyDir: {}}";

    [SkippableFact]
    public async Task Missing_directory_of_a_subPath_is_made_and_is_part_of_the_volume()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Two("parts", "echo hello > /part/file; " + Manifest.Forever, Manifest.Forever, Volume,
            "volumeMounts:\n- {name: v, mountPath: /part, subPath: a/b}", "volumeMounts:\n- {name: v, mountPath: /all}"), "parts");

        await Eventually.True(async () => (await podsd.PodsAsync("exec", "parts", "-c", "second", "--", "cat", "/all/a/b/file")).Output == "hello\n",
            "the file is in the volume");

        Assert.Equal("hello\n", await podsd.ExecAsync("parts", "first", "cat", "/part/file"));
    }

    [SkippableFact]
    public async Task File_is_mounted_as_a_file_again_after_a_restart()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        const string once = "[ -e /all/done ] || { echo first > /all/file; touch /all/done; }";
        string init = $"{Volume}\ninitContainers:\n- {{name: make, image: {PodsDaemon.Image}, command: [sh, -c, \"{once}\"], "
            + "volumeMounts: [{name: v, mountPath: /all}]}";
        await podsd.RunPodAsync(Manifest.Of("single", "cat /the-file; sleep 2", init,
            "volumeMounts:\n- {name: v, mountPath: /the-file, subPath: file}"), "single");

        await podsd.WaitForAsync("single", p => PodsDaemon.FindContainerStatus(p, "main")?["restartCount"]?.GetValue<int>() > 0, "restarted");

        Assert.Equal("first\n", (await podsd.PodsAsync("logs", "single", "--previous")).Succeeded().Output);
    }

    [SkippableFact]
    public async Task SubPath_that_leads_out_of_the_volume_is_refused()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string init = $"{Volume}\ninitContainers:\n- {{name: make, image: {PodsDaemon.Image}, command: [busybox, ln, -sf, /etc, /all/out], "
            + "volumeMounts: [{name: v, mountPath: /all}]}";
        await podsd.ApplyAsync(Manifest.Of("escape", Manifest.Forever, init, "volumeMounts:\n- {name: v, mountPath: /there, subPath: out}"));

        JsonNode pod = await podsd.WaitForAsync("escape",
            p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["waiting"]?["reason"]?.GetValue<string>() == "CreateContainerConfigError",
            "refused");

        Assert.Contains("subPath \"out\" of volume \"v\"", PodsDaemon.ContainerStatus(pod, "main")["state"]!["waiting"]!["message"]!.GetValue<string>());
    }
}
