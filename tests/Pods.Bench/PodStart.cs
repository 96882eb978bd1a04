using System.Text.Json.Nodes;
using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>From the manifest to a running pod with the image present, against ctr with the stock shim and against runc alone.</summary>
internal static class PodStart
{
    private const int Runs = 20;

    public static async Task RunAsync()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        Figures apply = new(), ours = new(), stock = new(), runc = new();
        for (int i = 0; i < Runs; i++)
        {
            await PodAsync(podsd, apply);
            await CtrAsync(podsd.Containerd, Rival.Ours.Runtime, ours);
            await CtrAsync(podsd.Containerd, Rival.Stock.Runtime, stock);
            await RuncAsync(runc);
        }
        Console.WriteLine("pod start, image present, pause + 1 app");
        Console.WriteLine($"pods apply → Ready, bridge network      {apply}");
        Console.WriteLine($"ctr run × 2, our shim, no network       {ours}");
        Console.WriteLine($"ctr run × 2, stock shim, no network     {stock}");
        Console.WriteLine($"runc create + start × 2, nothing else   {runc}");
        Console.WriteLine($"pods apply / runc {apply.Median / runc.Median:F2}   ctr ours / ctr stock {ours.Median / stock.Median:F2}");
    }

    private static async Task PodAsync(PodsDaemon podsd, Figures figures)
    {
        string name = Unique.Id("start");
        string manifest = Manifest.Of(name, "exec sleep 1000000");
        await figures.MeasureAsync(async () =>
        {
            await podsd.ApplyAsync(manifest);
            (await podsd.PodsAsync("wait", "--for=condition=Ready", "--timeout=30s", "pod/" + name)).Succeeded();
        });
        (await podsd.PodsAsync("delete", "pod", name, "--now")).Succeeded();
    }

    private static async Task CtrAsync(ContainerdDaemon containerd, string runtime, Figures figures)
    {
        CtrPod pod = new(containerd, runtime);
        await figures.MeasureAsync(pod.StartAsync);
        await pod.RemoveAsync();
    }

    private static async Task RuncAsync(Figures figures)
    {
        using ScratchDirectory scratch = new();
        Directory.CreateDirectory(scratch.File("rootfs/bin"));
        File.Copy(Requires.FindProgram("busybox")!, scratch.File("rootfs/bin/sleep"));
        string root = scratch.File("state");
        (await Command.RunAsync("runc", ["spec"], directory: scratch.Path)).Succeeded();
        JsonNode spec = JsonNode.Parse(File.ReadAllText(scratch.File("config.json")))!;
        spec["process"]!["terminal"] = false;
        spec["process"]!["args"] = new JsonArray("sleep", "1000000");
        foreach (string directory in new[] { "proc", "dev", "sys" })
            Directory.CreateDirectory(scratch.File("rootfs/" + directory));
        File.WriteAllText(scratch.File("config.json"), spec.ToJsonString());
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
