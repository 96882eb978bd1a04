using System.Diagnostics;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>Pods that come and go, ten at a time: whether anything of them stays.</summary>
internal static class Churn
{
    private const int Pods = 100, Workers = 10;
    private static readonly int Rounds = Math.Max(1, Soak.Bounded(100) / 20);

    /// <exception cref="InvalidOperationException">Something was left.</exception>
    public static Task RunAsync() => Release.OnEachAsync(async containerd =>
    {
        int sockets = Sockets();
        for (int round = 1; round <= Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            int made = 0;
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
            {
                while (Interlocked.Increment(ref made) <= Pods)
                {
                    CtrPod pod = new(containerd, Rival.Ours.Runtime);
                    await pod.StartAsync();
                    await pod.RemoveAsync();
                }
            }));
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            await Eventually.True(() => containerd.Shims().Count == 0, "every shim has ended");
            string[] left = [.. Leftovers.Find(CtrPod.Prefix), .. MountTable.Below(containerd.State).Select(m => $"mount {m}")];
            Console.WriteLine($"round {round}: {Pods} pods in {time.TotalSeconds:F0} s, left: {left.Length}, sockets {sockets} -> {Sockets()}");
            if (left.Length > 0)
                throw new InvalidOperationException($"left behind:\n{string.Join('\n', left)}");
        }
    });

    // Of the whole machine, so it is told and not judged.
    private static int Sockets() => Directory.Exists("/run/containerd/s") ? Directory.GetFiles("/run/containerd/s").Length : 0;
}
