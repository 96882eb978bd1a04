using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>What an idle shim with pause and one app weighs, alone and among many.</summary>
internal static class ShimMemory
{
    // Go gives memory back 30 s after it was last used: only then is either shim at rest.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(35);
    private const int Many = 50, Further = 10, Workers = 4;

    public static Task RunAsync() => Release.OnEachAsync(CompareAsync);

    /// <summary>Both kinds side by side, so that they rest together: first one pod each, then many, while the first ones grow.</summary>
    private static async Task CompareAsync(ContainerdDaemon containerd)
    {
        Console.WriteLine("idle shim, pause + 1 app (kB, mean per shim)        RSS      PSS   private dirty   threads");
        Dictionary<Rival, CtrPod> single = Rival.Both.ToDictionary(r => r, r => new CtrPod(containerd, r.Runtime));
        foreach (CtrPod pod in single.Values)
            await pod.StartAsync();
        await Task.Delay(Rest);
        Dictionary<Rival, MemoryFigures> alone = Rival.Both.ToDictionary(r => r, r => Mean([single[r]], out _));
        Print(1, single.ToDictionary(s => s.Key, s => new[] { s.Value }));

        Dictionary<Rival, CtrPod[]> many = Rival.Both.ToDictionary(
            r => r, r => Enumerable.Range(0, Many).Select(_ => new CtrPod(containerd, r.Runtime)).ToArray());
        CtrPod[] all = [.. many.Values.SelectMany(pods => pods)];
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (pod, _) => await pod.StartAsync());
        foreach (CtrPod pod in single.Values)
            for (int i = 0; i < Further; i++)
                await pod.AddAsync($"more{i}");
        await Task.Delay(Rest);
        Print(Many, many);
        foreach (Rival rival in Rival.Both)
        {
            long more = (Mean([single[rival]], out _).PrivateDirtyKb - alone[rival].PrivateDirtyKb) / Further;
            Console.WriteLine($"each further container, {rival.Name,-24} {more,32}");
        }
        await Parallel.ForEachAsync(
            [.. all, .. single.Values], new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (pod, _) => await pod.RemoveAsync());
        await Eventually.True(() => containerd.Shims().Count == 0, "the measured shims have ended");
    }

    private static void Print(int count, Dictionary<Rival, CtrPod[]> pods)
    {
        MemoryFigures ours = Line(Rival.Ours), stock = Line(Rival.Stock);
        Console.WriteLine($"{"ours / stock",-46} {Ratio(ours.RssKb, stock.RssKb)} {Ratio(ours.PssKb, stock.PssKb)} {Ratio(ours.PrivateDirtyKb, stock.PrivateDirtyKb)}");

        MemoryFigures Line(Rival rival)
        {
            MemoryFigures figures = Mean(pods[rival], out double threads);
            string label = $"{count,3} pods  {rival.Program}{(rival == Rival.Stock ? " (stock)" : "")}";
            Console.WriteLine($"{label,-46} {figures.RssKb,8} {figures.PssKb,8} {figures.PrivateDirtyKb,15} {threads,9:F1}");
            return figures;
        }
    }

    private static MemoryFigures Mean(IReadOnlyList<CtrPod> pods, out double threads)
    {
        int[] shims = [.. pods.Select(p => p.Shim)];
        MemoryFigures[] figures = [.. shims.Select(MemoryFigures.Of)];
        threads = shims.Average(ProcessTable.Threads);
        return new((long)figures.Average(f => f.RssKb), (long)figures.Average(f => f.PssKb), (long)figures.Average(f => f.PrivateDirtyKb));
    }

    public static async Task ImportAsync(ContainerdDaemon containerd)
    {
        using ScratchDirectory scratch = new();
        TestImage.Busybox().WriteOciArchive(scratch.File("busybox.tar"), PodsDaemon.Image);
        await containerd.ImportAsync(scratch.File("busybox.tar"));
    }

    private static string Ratio(long ours, long stock) => $"{(double)ours / stock,8:F2}";
}
