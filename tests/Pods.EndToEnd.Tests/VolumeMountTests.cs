using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>How volumes are mounted: images, paths of the machine, propagation, read-only to the bottom.</summary>
public sealed class VolumeMountTests
{
    [SkippableFact]
    public async Task Image_volume_holds_the_files_of_the_image_and_runs_none_of_them()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        TestImage.Busybox(r => r.Files["/share/words"] = "from the image\n"u8.ToArray()).WriteOciArchive(podsd.File("data.tar"), "test.local/data:1");
        await podsd.Containerd.ImportAsync(podsd.File("data.tar"));
        await podsd.RunPodAsync(Manifest.Two("reader", Manifest.Forever, Manifest.Forever,
            "volumes:\n- {name: v, image: {reference: test.local/data:1, pullPolicy: IfNotPresent}}",
            "volumeMounts:\n- {name: v, mountPath: /v}", "volumeMounts:\n- {name: v, mountPath: /words, subPath: share}"), "reader");

        Assert.Equal("from the image\n", await podsd.ExecAsync("reader", "first", "cat", "/v/share/words"));
        Assert.Equal("from the image\n", await podsd.ExecAsync("reader", "second", "cat", "/words/words"));
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "reader", "-c", "first", "--", "touch", "/v/new")).ExitCode);
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "reader", "-c", "first", "--", "/v/bin/busybox", "true")).ExitCode);

        await podsd.DeleteAsync("reader");
        Assert.DoesNotContain("pods-volume-", (await podsd.Containerd.CtrAsync("snapshots", "ls")).Succeeded().Output);
    }

    [SkippableFact]
    public async Task Image_volume_that_cannot_be_pulled_shows_the_kubelets_reason()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("waits", Manifest.Forever,
            "volumes:\n- {name: v, image: {reference: test.local/none:1, pullPolicy: Never}}", "volumeMounts:\n- {name: v, mountPath: /v}"));

        await podsd.WaitForAsync("waits",
            p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["waiting"]?["reason"]?.GetValue<string>() == "ErrImageNeverPull", "waiting");
    }

    [SkippableTheory]
    [InlineData("File", "file", "a file")]
    [InlineData("Directory", "directory", "a directory")]
    [InlineData("Socket", "directory", null)]
    [InlineData("CharDevice", "/dev/null", "a character device")]
    [InlineData("BlockDevice", "file", null)]
    [InlineData("DirectoryOrCreate", "made/below", "a directory")]
    [InlineData("FileOrCreate", "made-file", "a file")]
    [InlineData("File", "link", "a file")]
    [InlineData("Directory", "missing", null)]
    public async Task HostPath_is_mounted_if_it_is_of_its_type(string type, string path, string? expected)
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Directory.CreateDirectory(podsd.File("directory"));
        await File.WriteAllTextAsync(podsd.File("file"), "");
        File.CreateSymbolicLink(podsd.File("link"), podsd.File("file"));
        string full = path.StartsWith('/') ? path : podsd.File(path);
        const string script = "[ -f /v ] && echo a file; [ -d /v ] && echo a directory; [ -c /v ] && echo a character device; " + Manifest.Forever;

        await podsd.ApplyAsync(Manifest.Of("host", script, $"volumes:\n- {{name: v, hostPath: {{path: {full}, type: {type}}}}}",
            "volumeMounts:\n- {name: v, mountPath: /v}"));

        if (expected is not null)
            await Eventually.True(async () => (await podsd.PodsAsync("logs", "host")).Output == expected + "\n", $"{full} is {expected}");
        else
            await podsd.WaitForAsync("host", p => p["status"]?["message"]?.GetValue<string>().Contains($"hostPath type check failed: {full} is not a") == true,
                "refused");
    }

    [SkippableFact]
    public async Task SubPathExpr_gives_each_pod_a_directory_of_its_own()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("mine", "touch /log/here; " + Manifest.Forever,
            $"volumes:\n- {{name: v, hostPath: {{path: {podsd.File("logs")}}}}}", """
            env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
            volumeMounts: [{name: v, mountPath: /log, subPathExpr: pods/$(POD)}]
            """), "mine");

        await Eventually.True(() => File.Exists(podsd.File("logs/pods/mine/here")), "it wrote into its directory");
    }

    [SkippableFact]
    public async Task Mounts_of_the_host_come_in_and_those_of_a_privileged_container_go_out_only_where_asked()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using SharedMount shared = await SharedMount.MakeAsync(podsd.File("shared"));
        await podsd.RunPodAsync(Manifest.Two("mounts", Manifest.Forever, Manifest.Forever,
            $"volumes:\n- {{name: v, hostPath: {{path: {shared.Path}}}}}", """
            securityContext: {privileged: true}
            volumeMounts: [{name: v, mountPath: /v, mountPropagation: Bidirectional}]
            """, """
            volumeMounts:
            - {name: v, mountPath: /in, mountPropagation: HostToContainer}
            - {name: v, mountPath: /none}
            """), "mounts");

        await podsd.ExecAsync("mounts", "first", "mount", "-t", "tmpfs", "made-inside", "/v/below");

        Assert.Contains("made-inside /in/below", await podsd.ExecAsync("mounts", "second", "cat", "/proc/mounts"));
        Assert.DoesNotContain("/none/below", await podsd.ExecAsync("mounts", "second", "cat", "/proc/mounts"));
        Assert.Contains($"made-inside {shared.Path}/below", await File.ReadAllTextAsync("/proc/mounts"));
    }

    [SkippableFact]
    public async Task Path_that_shares_no_mounts_is_refused_for_propagation()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using SharedMount mount = await SharedMount.MakeAsync(podsd.File("private"), "private");
        await podsd.ApplyAsync(Manifest.Of("refused", Manifest.Forever, $"volumes:\n- {{name: v, hostPath: {{path: {mount.Path}}}}}",
            "volumeMounts: [{name: v, mountPath: /v, mountPropagation: HostToContainer}]"));

        JsonNode pod = await podsd.WaitForAsync("refused",
            p => PodsDaemon.FindContainerStatus(p, "main")?["state"]?["waiting"]?["reason"]?.GetValue<string>() == "CreateContainerConfigError", "refused");

        Assert.Contains("not a shared or slave mount", PodsDaemon.ContainerStatus(pod, "main")["state"]!["waiting"]!["message"]!.GetValue<string>());
    }

    [SkippableFact]
    public async Task RecursiveReadOnly_reaches_the_mounts_below()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using SharedMount shared = await SharedMount.MakeAsync(podsd.File("shared"));
        (await Command.RunAsync("mount", ["-t", "tmpfs", "below", shared.Path + "/below"])).Succeeded();
        await podsd.RunPodAsync(Manifest.Of("deep", Manifest.Forever, $"volumes:\n- {{name: v, hostPath: {{path: {shared.Path}}}}}", """
            volumeMounts:
            - {name: v, mountPath: /deep, readOnly: true, recursiveReadOnly: Enabled}
            - {name: v, mountPath: /shallow, readOnly: true}
            """), "deep");

        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "deep", "--", "touch", "/deep/below/file")).ExitCode);
        Assert.Equal(0, (await podsd.PodsAsync("exec", "deep", "--", "touch", "/shallow/below/file")).ExitCode);
    }

    /// <summary>A mount of the test's own with a directory <c>below</c> in it.</summary>
    private sealed class SharedMount : IAsyncDisposable
    {
        private SharedMount(string path) => Path = path;

        public string Path { get; }

        public static async Task<SharedMount> MakeAsync(string path, string propagation = "shared")
        {
            Directory.CreateDirectory(path);
            (await Command.RunAsync("mount", ["-t", "tmpfs", "shared", path])).Succeeded();
            (await Command.RunAsync("mount", ["--make-" + propagation, path])).Succeeded();
            Directory.CreateDirectory(System.IO.Path.Combine(path, "below"));
            return new(path);
        }

        public async ValueTask DisposeAsync() => await Command.RunAsync("umount", ["-R", Path]);
    }
}
