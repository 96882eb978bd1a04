using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>SIGKILL of every part: containers go on, no line of a log is lost, what cannot go on is cleaned up.</summary>
public sealed class CrashTests
{
    // One line every few milliseconds, numbered: a gap shows a lost line, a second "1" shows a restart.
    private const string Counter = "n=0; while true; do n=$((n+1)); echo $n; usleep 3000; done";

    [SkippableTheory]
    [InlineData("podsd")]
    [InlineData("containerd")]
    [InlineData("both")]
    public async Task Running_pods_survive_a_crash_without_a_gap_in_their_log(string victim)
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode before = await podsd.RunPodAsync(Manifest.Of("counter", Counter), "counter");
        int pid = await podsd.PidOfAsync(before, "main");
        await ExpectLinesBeyondAsync(podsd, 100);

        if (victim is "podsd" or "both")
            await podsd.KillAsync();
        if (victim is "containerd" or "both")
            await podsd.Containerd.KillAsync();
        int atCrash = (await LinesAsync(podsd)).Length;
        await ExpectLinesBeyondAsync(podsd, atCrash + 200);
        if (victim is "containerd" or "both")
            await podsd.Containerd.StartAgainAsync();
        if (victim is "podsd" or "both")
            await podsd.StartAgainAsync();

        JsonNode after = await podsd.WaitForAsync("counter", p => PodsDaemon.Condition(p, "Ready") == "True", "Ready after the crash");
        Assert.Equal(pid, await podsd.PidOfAsync(after, "main"));
        Assert.Equal(0, PodsDaemon.ContainerStatus(after, "main")["restartCount"]!.GetValue<int>());
        string[] lines = await LinesAsync(podsd);
        Assert.Equal(Enumerable.Range(1, lines.Length).Select(n => n.ToString()), lines);
        Assert.Equal("alive\n", await podsd.ExecAsync("counter", "main", "echo", "alive"));
    }

    [SkippableFact]
    public async Task Pod_whose_shim_is_killed_is_cleaned_up_and_restarted()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        JsonNode before = await podsd.RunPodAsync(Manifest.Of("shimless", Manifest.Forever), "shimless");
        int old = await podsd.PidOfAsync(before, "main");

        Native.Kill(Assert.Single(podsd.Containerd.Shims()));

        await podsd.WaitForAsync("shimless", p => PodsDaemon.Condition(p, "Ready") == "True"
            && PodsDaemon.FindContainerStatus(p, "main")?["restartCount"]?.GetValue<int>() == 1, "restarted", TimeSpan.FromSeconds(30));
        Assert.True(ProcessTable.Find(old) is null or { State: 'Z' });
        Assert.Single(podsd.Containerd.Shims());
    }

    [SkippableFact]
    public async Task Pod_that_never_restarts_fails_when_its_shim_is_killed()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("lost", Manifest.Forever, "restartPolicy: Never"), "lost");

        Native.Kill(Assert.Single(podsd.Containerd.Shims()));

        await podsd.WaitForAsync("lost", p => p["status"]?["phase"]?.GetValue<string>() == "Failed", "Failed", TimeSpan.FromSeconds(15));
    }

    [SkippableFact]
    public async Task Hundred_rounds_and_a_crash_in_the_middle_leak_nothing()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        for (int round = 0; round < 10; round++)
        {
            string[] names = [.. Enumerable.Range(0, 10).Select(i => $"round-{round}-{i}")];
            await podsd.ApplyAsync(string.Join("\n---\n", names.Select(n => Manifest.Of(n, Manifest.Forever))));
            if (round is 3 or 7)
            {
                await podsd.KillAsync();
                await podsd.StartAgainAsync();
            }
            (await podsd.PodsAsync(["delete", "pods", .. names, "--now"], null, TimeSpan.FromMinutes(2))).Succeeded();
        }
        await podsd.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Pod_whose_record_is_lost_goes_with_its_cgroups_and_a_stranger_under_the_same_parent_stays()
    {
        string parent = "/" + Unique.Id("ptcg"), stranger = Guid.NewGuid().ToString();
        try
        {
            await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--cgroup-parent", parent, "--cgroup-driver", "cgroupfs"] });
            JsonNode pod = await podsd.RunPodAsync(Manifest.Of("lost", Manifest.Forever), "lost");
            string uid = pod["metadata"]!["uid"]!.GetValue<string>();
            string[] own = CgroupsOf(parent, uid);
            Assert.NotEmpty(own);
            foreach (string cgroup in own)
                Directory.CreateDirectory(cgroup.Replace(uid, stranger));

            await podsd.KillAsync();
            foreach (string record in Directory.GetFiles(podsd.File("pods/store")))
                File.Delete(record);
            await podsd.StartAgainAsync();

            await Eventually.True(() => CgroupsOf(parent, uid).Length == 0, "its cgroups are gone", TimeSpan.FromSeconds(30));
            await podsd.ExpectNothingLeftAsync();
            Assert.Equal(own.Length, CgroupsOf(parent, stranger).Length);
        }
        finally
        {
            // A cgroup is removed by itself, and from the leaves up.
            foreach (string cgroup in CgroupsOf(parent, stranger).Concat(Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup")
                .SelectMany(root => new[] { $"{root}{parent}/besteffort", $"{root}{parent}/burstable", root + parent }).Where(Directory.Exists)))
                await Command.RunAsync("rmdir", [cgroup]);
        }
    }

    /// <summary>In whichever hierarchies there are.</summary>
    private static string[] CgroupsOf(string parent, string uid) =>
    [
        .. Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Select(root => $"{root}{parent}/besteffort/pod{uid}").Where(Directory.Exists),
    ];

    private static async Task ExpectLinesBeyondAsync(PodsDaemon podsd, int count) =>
        await Eventually.True(async () => (await LinesAsync(podsd)).Length > count, $"more than {count} lines", TimeSpan.FromSeconds(20));

    /// <summary>Read from the files that the shim writes: podsd may be dead just now.</summary>
    private static async Task<string[]> LinesAsync(PodsDaemon podsd)
    {
        string[] files = Directory.GetFiles(podsd.LogDirectory, "0.log*", SearchOption.AllDirectories);
        // The newest file has no suffix; older ones count upwards.
        IEnumerable<string> ordered = files.OrderByDescending(f => int.TryParse(Path.GetExtension(f).TrimStart('.'), out int n) ? n : 0);
        List<string> lines = [];
        foreach (string file in ordered)
            lines.AddRange(await File.ReadAllLinesAsync(file));
        return [.. lines.Select(l => l.Split(' ', 4)).Where(w => w.Length == 4 && w[2] == "F").Select(w => w[3])];
    }
}
