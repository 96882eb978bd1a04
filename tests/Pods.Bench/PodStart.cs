using System.Text.Json.Nodes;
using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>
/// From the manifest to a running pod with the image present, and back: against podman with the same OCI runtime, against ctr with
/// the stock shim, and against what that runtime takes itself for two containers.
/// </summary>
internal static class PodStart
{
    private const int Runs = 20;

    public static async Task RunAsync()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await using Podman? podman = await Podman.StartAsync();
        Figures apply = new(), play = new(), ours = new(), stock = new(), filtered = new(), plain = new(), delete = new(), down = new();
        JsonNode? filter = null;
        for (int i = 0; i < Runs; i++)
        {
            filter = await PodAsync(podsd, apply, delete);
            if (podman is not null)
                await PodmanAsync(podman, play, down);
            await CtrAsync(podsd.Containerd, Rival.Ours.Runtime, ours);
            await CtrAsync(podsd.Containerd, Rival.Stock.Runtime, stock);
            await RuncAsync(filtered, filter);
            await RuncAsync(plain, null);
        }
        Console.WriteLine("pod start, image present, pause + 1 app");
        Console.WriteLine($"pods apply --wait, bridge network            {apply}");
        if (podman is not null)
            Console.WriteLine($"podman {await podman.VersionAsync()} kube play, bridge network   {play}");
        Console.WriteLine($"runc create + start × 2, the pod's filter    {filtered}");
        Console.WriteLine($"runc create + start × 2, no filter           {plain}");
        Console.WriteLine($"ctr run × 2, our shim, no network            {ours}");
        Console.WriteLine($"ctr run × 2, stock shim, no network          {stock}");
        Console.WriteLine("pod whose process obeys SIGTERM, to its end");
        Console.WriteLine($"pods delete                                  {delete}");
        if (podman is not null)
            Console.WriteLine($"podman kube down                             {down}");
        Console.WriteLine($"pods apply / runc {apply.Median / filtered.Median:F2}   / runc without the filter {apply.Median / plain.Median:F2}"
            + (podman is null ? "" : $"   podman / pods: start {play.Median / apply.Median:F2}, end {down.Median / delete.Median:F2}"));
    }

    private static async Task<JsonNode> PodAsync(PodsDaemon podsd, Figures apply, Figures delete)
    {
        string name = Unique.Id("start"), manifest = Obedient(name);
        await apply.MeasureAsync(async () =>
            (await podsd.PodsAsync(["apply", "-f", "-", "--wait", "--timeout=30s"], manifest)).Succeeded());
        JsonNode filter = FilterOf(podsd.Containerd);
        await delete.MeasureAsync(async () => (await podsd.PodsAsync("delete", "pod", name)).Succeeded());
        return filter;
    }

    private static async Task PodmanAsync(Podman podman, Figures play, Figures down)
    {
        string manifest = Obedient(Unique.Id("start"));
        await play.MeasureAsync(() => podman.PlayAsync(manifest));
        await down.MeasureAsync(podman.DownAsync);
    }

    /// <summary>Ends at once when it is told to, whatever its input is.</summary>
    private static string Obedient(string name) => Manifest.Of(name, "trap 'exit 0' TERM; sleep 1000000 & wait");

    private static async Task CtrAsync(ContainerdDaemon containerd, string runtime, Figures figures)
    {
        CtrPod pod = new(containerd, runtime);
        await figures.MeasureAsync(pod.StartAsync);
        await pod.RemoveAsync();
    }

    /// <summary>The system call filter that podsd gave the app of the pod that runs now: most of what its container costs the runtime.</summary>
    private static JsonNode FilterOf(ContainerdDaemon containerd) => Directory
        .GetDirectories(Path.Combine(containerd.State, "io.containerd.runtime.v2.task/k8s.io"))
        .Select(bundle => JsonNode.Parse(File.ReadAllText(Path.Combine(bundle, "config.json")))!["linux"]!["seccomp"])
        .OfType<JsonNode>().First();

    private static async Task RuncAsync(Figures figures, JsonNode? filter)
    {
        using ScratchDirectory scratch = new();
        Directory.CreateDirectory(scratch.File("rootfs/bin"));
        File.Copy(Requires.FindProgram("busybox")!, scratch.File("rootfs/bin/sleep"));
        (await Command.RunAsync("runc", ["spec"], directory: scratch.Path)).Succeeded();
        JsonNode spec = JsonNode.Parse(File.ReadAllText(scratch.File("config.json")))!;
        spec["process"]!["terminal"] = false;
        spec["process"]!["args"] = new JsonArray("sleep", "1000000");
        foreach (string directory in new[] { "proc", "dev", "sys" })
            Directory.CreateDirectory(scratch.File("rootfs/" + directory));
        if (filter is not null)
            spec["linux"]!["seccomp"] = filter.DeepClone();
        File.WriteAllText(scratch.File("config.json"), spec.ToJsonString());
        string root = scratch.File("state");
        string[] ids = [Unique.Id("runc"), Unique.Id("runc")];
        await figures.MeasureAsync(async () =>
        {
            foreach (string id in ids)
            {
                (await Command.RunAsync("runc", ["--root", root, "create", id], directory: scratch.Path)).Succeeded();
                (await Command.RunAsync("runc", ["--root", root, "start", id])).Succeeded();
            }
        });
        foreach (string id in ids)
            await Command.RunAsync("runc", ["--root", root, "delete", "-f", id]);
    }
}
