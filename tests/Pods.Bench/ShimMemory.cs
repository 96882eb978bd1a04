using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>What an idle shim with pause and one app weighs, alone and among many.</summary>
internal static class ShimMemory
{
    // Go gives memory back 30 s after it was last used: only then is either shim at rest.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(35);
    private const int Further = 10;

    public static Task RunAsync() => Release.OnEachAsync(CompareAsync);

    private static async Task CompareAsync(ContainerdDaemon containerd)
    {
        Console.WriteLine("idle shim, pause + 1 app (kB, mean per shim)      RSS      PSS   private dirty");
        foreach (int pods in new[] { 1, 50 })
        {
            MemoryFigures ours = await MeasureAsync(containerd, Rival.Ours, pods), stock = await MeasureAsync(containerd, Rival.Stock, pods);
            Print($"{pods,3} pods  {Rival.Ours.Program}", ours);
            Print($"{pods,3} pods  {Rival.Stock.Program} (stock)", stock);
            Console.WriteLine($"{"ours / stock",-46} {Ratio(ours.RssKb, stock.RssKb)} {Ratio(ours.PssKb, stock.PssKb)} {Ratio(ours.PrivateDirtyKb, stock.PrivateDirtyKb)}");
        }
        foreach (Rival rival in Rival.Both)
            Console.WriteLine($"each further container, {rival.Name,-22} {await FurtherAsync(containerd, rival),32}");
    }

    private static async Task<MemoryFigures> MeasureAsync(ContainerdDaemon containerd, Rival rival, int count)
    {
        CtrPod[] pods = [.. Enumerable.Range(0, count).Select(_ => new CtrPod(containerd, rival.Runtime))];
        foreach (CtrPod pod in pods)
            await pod.StartAsync();
        await Task.Delay(Rest);
        MemoryFigures[] figures = [.. containerd.Shims().Select(MemoryFigures.Of)];
        foreach (CtrPod pod in pods)
            await pod.RemoveAsync();
        await ExpectNoneAsync(containerd);
        return new((long)figures.Average(f => f.RssKb), (long)figures.Average(f => f.PssKb), (long)figures.Average(f => f.PrivateDirtyKb));
    }

    /// <summary>Private dirty memory that one more container in a pod adds.</summary>
    private static async Task<long> FurtherAsync(ContainerdDaemon containerd, Rival rival)
    {
        CtrPod pod = new(containerd, rival.Runtime);
        await pod.StartAsync();
        await Task.Delay(Rest);
        long before = MemoryFigures.Of(containerd.Shims().Single()).PrivateDirtyKb;
        for (int i = 0; i < Further; i++)
            await pod.AddAsync($"more{i}");
        await Task.Delay(Rest);
        long after = MemoryFigures.Of(containerd.Shims().Single()).PrivateDirtyKb;
        await pod.RemoveAsync();
        await ExpectNoneAsync(containerd);
        return (after - before) / Further;
    }

    private static Task ExpectNoneAsync(ContainerdDaemon containerd) =>
        Eventually.True(() => containerd.Shims().Count == 0, "the measured shims have ended");

    public static async Task ImportAsync(ContainerdDaemon containerd)
    {
        using ScratchDirectory scratch = new();
        TestImage.Busybox().WriteOciArchive(scratch.File("busybox.tar"), PodsDaemon.Image);
        await containerd.ImportAsync(scratch.File("busybox.tar"));
    }

    private static void Print(string label, MemoryFigures figures) =>
        Console.WriteLine($"{label,-46} {figures.RssKb,7} {figures.PssKb,8} {figures.PrivateDirtyKb,15}");

    private static string Ratio(long ours, long stock) => $"{(double)ours / stock,8:F2}";
}
