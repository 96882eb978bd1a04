using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>Claims: directories that outlive pods.</summary>
public sealed class ClaimTests
{
    private const string Disk = """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: disk}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        """;
    private const string Volume = "volumes:\n- {name: v, persistentVolumeClaim: {claimName: disk}}";
    private const string Mount = "volumeMounts:\n- {name: v, mountPath: /data}";

    [SkippableFact]
    public async Task What_a_pod_wrote_is_there_for_the_next_and_is_deleted_when_nobody_uses_it()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Manifest.Of("writer", "echo kept > /data/file; " + Manifest.Forever, Volume, Mount));
        await podsd.WaitForAsync("writer",
            p => p["status"]?["message"]?.GetValue<string>().Contains("persistentvolumeclaim \"disk\" not found") == true, "waiting for its claim");
        await podsd.ApplyAsync(Disk);
        await podsd.WaitForAsync("writer", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
        await Eventually.True(async () => (await podsd.PodsAsync("exec", "writer", "--", "cat", "/data/file")).Output == "kept\n", "written");
        await podsd.DeleteAsync("writer");

        await podsd.RunPodAsync(Manifest.Of("reader", Manifest.Forever, Volume.Replace("disk", "disk, readOnly: true"), Mount), "reader");
        Assert.Equal("kept\n", await podsd.ExecAsync("reader", "main", "cat", "/data/file"));
        Assert.NotEqual(0, (await podsd.PodsAsync("exec", "reader", "--", "touch", "/data/new")).ExitCode);

        // In use: it is only marked, and the pod goes on with it.
        (await podsd.PodsAsync("delete", "pvc", "disk")).Succeeded();
        Assert.Matches(@"disk\s+Terminating", (await podsd.PodsAsync("get", "pvc")).Succeeded().Output);
        Assert.Equal("kept\n", await podsd.ExecAsync("reader", "main", "cat", "/data/file"));
        await podsd.ApplyAsync(Manifest.Of("late", Manifest.Forever, Volume, Mount));
        await podsd.WaitForAsync("late", p => p["status"]?["message"]?.GetValue<string>().Contains("\"disk\" is being deleted") == true, "too late");

        await podsd.DeleteAsync("late");
        await podsd.DeleteAsync("reader");
        await Eventually.True(async () => (await podsd.PodsAsync("get", "pvc", "disk")).ExitCode != 0, "the claim is gone");
        Assert.False(Directory.Exists(podsd.File("pods/claims/default/disk")));
    }

    [SkippableFact]
    public async Task ReadWriteOncePod_claim_is_one_pods_at_a_time()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Disk.Replace("ReadWriteOnce", "ReadWriteOncePod"));
        await podsd.RunPodAsync(Manifest.Of("first", Manifest.Forever, Volume, Mount), "first");
        await podsd.ApplyAsync(Manifest.Of("second", Manifest.Forever, Volume, Mount));
        await podsd.WaitForAsync("second",
            p => p["status"]?["message"]?.GetValue<string>().Contains("already in use by another pod: \"default/first\"") == true, "held back");

        await podsd.DeleteAsync("first");

        await podsd.WaitForAsync("second", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready");
    }

    [SkippableFact]
    public async Task FsGroup_owns_what_a_claim_holds_and_follows_no_link_out_of_it()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.ApplyAsync(Disk);
        string claim = podsd.File("pods/claims/default/disk"), outside = podsd.File("outside");
        Directory.CreateDirectory(Path.Combine(claim, "below"));
        await File.WriteAllTextAsync(Path.Combine(claim, "below/file"), "");
        await File.WriteAllTextAsync(outside, "");
        File.CreateSymbolicLink(Path.Combine(claim, "link"), outside);
        const string security = "securityContext: {runAsUser: 1000, fsGroup: 3000}\n";

        await podsd.RunPodAsync(Manifest.Of("owner", Manifest.Forever, security + Volume, Mount), "owner");
        Assert.Equal("2775 3000\n664 3000\n", await podsd.ExecAsync("owner", "main", "stat", "-c", "%a %g", "/data/below", "/data/below/file"));
        Assert.Equal("0\n", (await Command.RunAsync("stat", ["-c", "%g", outside])).Output);
        Assert.Contains("3000", await podsd.ExecAsync("owner", "main", "id", "-G"));
        await podsd.DeleteAsync("owner");

        // The root is as wanted, so nothing below it is looked at.
        await File.WriteAllTextAsync(Path.Combine(claim, "late"), "");
        (await Command.RunAsync("chown", ["0:0", Path.Combine(claim, "late")])).Succeeded();
        await podsd.RunPodAsync(Manifest.Of("quick", Manifest.Forever,
            security.Replace("3000}", "3000, fsGroupChangePolicy: OnRootMismatch}") + Volume, Mount), "quick");
        Assert.Equal("0\n", await podsd.ExecAsync("quick", "main", "stat", "-c", "%g", "/data/late"));
    }
}
