using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>A machine full of pods, and podsd killed while it makes them.</summary>
public sealed class CrowdTests
{
    private const int Count = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [SkippableFact]
    public async Task Hundred_pods_all_run_though_podsd_is_killed_while_it_starts_them_and_leave_nothing()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        string[] names = [.. Enumerable.Range(0, Count).Select(i => $"crowd-{i}")];
        string manifest = string.Join("\n---\n", names.Select(n => Manifest.Of(n, "trap 'exit 0' TERM; sleep 1000000 & wait")));
        Task<CommandResult> applying = podsd.PodsAsync(["apply", "-f", "-", "--wait", "--timeout=5m"], manifest, Limit);
        await Eventually.True(async () => (await podsd.Containerd.CtrAsync("tasks", "ls", "-q")).Output.Split('\n').Length > Count / 2,
            "a quarter of the pods is there", Limit);

        await podsd.KillAsync();
        // The rest of the manifest, or all of it, is applied once more, as whoever sees the first one fail would do.
        await applying;
        await podsd.StartAgainAsync();
        (await podsd.PodsAsync(["apply", "-f", "-", "--wait", "--timeout=5m"], manifest, Limit)).Succeeded();

        JsonNode[] pods = await ListAsync(podsd);
        Assert.Equal(Count, pods.Length);
        Assert.All(pods, p => Assert.Equal("Running", p["status"]!["phase"]!.GetValue<string>()));
        Assert.Equal(Count, pods.Select(PodsDaemon.PodIp).Distinct().Count());
        // Nothing twice: each pod is pause and one container in one shim with one address.
        Assert.Equal(2 * Count, Lines(await podsd.Containerd.CtrAsync("tasks", "ls", "-q")));
        Assert.Equal(2 * Count, Lines(await podsd.Containerd.CtrAsync("containers", "ls", "-q")));
        Assert.Equal(Count, podsd.Containerd.Shims().Count);
        Assert.Equal(Count, Directory.GetFiles(podsd.NetworkNamespaces).Length);
        Assert.Equal(Count, Directory.GetFiles(podsd.AddressLeases, "10.*").Length);

        // The promise for a hundred pods at rest: what it took to start them is given back.
        await Eventually.True(() => MemoryFigures.Of(podsd.Pid).RssKb <= 60 * 1024, "podsd weighs 60 MB at most", TimeSpan.FromMinutes(2));

        (await podsd.PodsAsync(["delete", "pods", "--all"], null, Limit)).Succeeded();
        await podsd.ExpectNothingLeftAsync();
        Assert.Empty(pods.SelectMany(CgroupsOf));
        Assert.Empty(Directory.GetDirectories(podsd.File("pods/pods")));
        Assert.Empty(Directory.GetFiles(podsd.File("pods/network")));
    }

    private static async Task<JsonNode[]> ListAsync(PodsDaemon podsd) =>
        [.. JsonNode.Parse((await podsd.PodsAsync("get", "pods", "-o", "json")).Succeeded().Output)!["items"]!.AsArray().OfType<JsonNode>()];

    private static int Lines(CommandResult result) => result.Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>In whichever hierarchy, of either driver.</summary>
    private static IEnumerable<string> CgroupsOf(JsonNode pod)
    {
        string uid = pod["metadata"]!["uid"]!.GetValue<string>();
        return Directory.EnumerateDirectories("/sys/fs/cgroup")
            .SelectMany(root => new[] { Path.Combine(root, "besteffort"), Path.Combine(root, "pods/besteffort") })
            .Select(parent => Path.Combine(parent, "pod" + uid)).Where(Directory.Exists);
    }
}
