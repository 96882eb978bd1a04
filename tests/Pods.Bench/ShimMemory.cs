using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>What an idle shim with pause and one app weighs, alone and among many.</summary>
internal static class ShimMemory
{
    public static async Task RunAsync()
    {
        Console.WriteLine("idle shim, pause + 1 app (kB, mean per shim)      RSS      PSS   private dirty");
        foreach (int pods in new[] { 1, 10, 50 })
        {
            MemoryFigures ours = await MeasureAsync(CtrPod.Ours, pods), stock = await MeasureAsync(CtrPod.Stock, pods);
            Print($"{pods,3} pods  containerd-shim-pods-v1", ours);
            Print($"{pods,3} pods  containerd-shim-runc-v2 (stock)", stock);
            Console.WriteLine($"{"ours / stock",-46} {Ratio(ours.RssKb, stock.RssKb)} {Ratio(ours.PssKb, stock.PssKb)} {Ratio(ours.PrivateDirtyKb, stock.PrivateDirtyKb)}");
        }
    }

    private static async Task<MemoryFigures> MeasureAsync(string runtime, int count)
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await ImportAsync(containerd);
        CtrPod[] pods = [.. Enumerable.Range(0, count).Select(_ => new CtrPod(containerd, runtime))];
        foreach (CtrPod pod in pods)
            await pod.StartAsync();
        // Go gives memory back 30 s after it was last used: only then is either shim at rest.
        await Task.Delay(TimeSpan.FromSeconds(35));
        MemoryFigures[] figures = [.. containerd.Shims().Select(MemoryFigures.Of)];
        foreach (CtrPod pod in pods)
            await pod.RemoveAsync();
        return new((long)figures.Average(f => f.RssKb), (long)figures.Average(f => f.PssKb), (long)figures.Average(f => f.PrivateDirtyKb));
    }

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
