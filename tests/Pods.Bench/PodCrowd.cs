using System.Diagnostics;
using System.Text.Json.Nodes;
using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>Many pods at once, all of them running, and what podsd weighs and does once nothing happens any more.</summary>
internal static class PodCrowd
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20), Watched = TimeSpan.FromSeconds(60);

    public static async Task RunAsync()
    {
        Console.WriteLine("many pods at once, image present, pause + 1 app each, bridge network");
        double cri = await CriCrowd.PodsPerSecondAsync(100);
        foreach (int count in new[] { 100, 300 })
        {
            await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { HasManyAddresses = true });
            Console.WriteLine($"podsd before                RSS {Rss(podsd.Pid) / 1024.0,6:F1} MB");
            string[] names = [.. Enumerable.Range(0, count).Select(i => $"crowd-{i}")];
            string manifest = string.Join("\n---\n", names.Select(n => Manifest.Of(n, "exec sleep 1000000")));
            long start = Stopwatch.GetTimestamp();
            (await podsd.PodsAsync(["apply", "-f", "-", "--wait", "--timeout=10m"], manifest, TimeSpan.FromMinutes(10))).Succeeded();
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            Console.WriteLine($"{count,3} pods, pods apply --wait  {count / took.TotalSeconds,6:F1} pods/s, all running after {took.TotalSeconds:F1} s"
                + (count == 100 ? $"; CRI with the stock shim {cri:F1} pods/s" : ""));
            await ExpectRunningAsync(podsd, count);
            await Task.Delay(Rest);
            TimeSpan before = ProcessorTime(podsd.Pid);
            await Task.Delay(Watched);
            double share = (ProcessorTime(podsd.Pid) - before) / Watched;
            Console.WriteLine($"{count,3} pods, podsd at rest      RSS {Rss(podsd.Pid) / 1024.0,6:F1} MB, {share:P2} of a core over a minute");
            start = Stopwatch.GetTimestamp();
            (await podsd.PodsAsync(["delete", "pods", "--all", "--now"], null, TimeSpan.FromMinutes(10))).Succeeded();
            Console.WriteLine($"{count,3} pods, pods delete --all  {count / Stopwatch.GetElapsedTime(start).TotalSeconds,6:F1} pods/s");
        }
    }

    private static async Task ExpectRunningAsync(PodsDaemon podsd, int count)
    {
        JsonNode list = JsonNode.Parse((await podsd.PodsAsync("get", "pods", "-o", "json")).Succeeded().Output)!;
        int running = list["items"]!.AsArray().Count(p => p!["status"]?["phase"]?.GetValue<string>() == "Running");
        if (running != count)
            throw new InvalidOperationException($"{running} of {count} pods run");
    }

    private static long Rss(int pid) => MemoryFigures.Of(pid).RssKb;

    private static TimeSpan ProcessorTime(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }
}
