using System.Diagnostics;
using System.Text;
using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>A thousand short execs on one container, sixteen at a time: how long each takes, and whether an exit is ever missing.</summary>
internal static class ExecCrowd
{
    private const int Execs = 1_000, Workers = 16;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly byte[] Process =
        Encoding.UTF8.GetBytes("""{"args":["true"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""");

    public static Task RunAsync() => Release.OnEachAsync(async containerd =>
    {
        await using ContainerdClient client = ContainerdClient.Connect(containerd.Address, "k8s.io");
        Console.WriteLine($"{Execs} execs, {Workers} at a time");
        foreach (Rival rival in Rival.Both)
            await MeasureAsync(new(containerd, client, rival), rival);
    });

    private static async Task MeasureAsync(BenchContainer container, Rival rival)
    {
        await container.PrepareAsync("sleep", "1000000");
        await container.CreateAsync();
        await container.StartAsync();
        int shim = await container.ShimAsync();
        Figures figures = new();
        int last = 0, lost = 0;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync()));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"{rival.Name,-8} {figures}   {Execs / time.TotalSeconds,5:F0} execs/s   exits lost: {lost}   "
            + $"shim's processor time {OutputCost.ProcessorTime(shim).TotalMilliseconds / Execs:F2} ms each");
        await container.Tasks.KillAsync(container.Id, Pods.Linux.Signals.SIGKILL, "", false, CancellationToken.None);
        await container.Tasks.WaitAsync(container.Id, "", CancellationToken.None);
        await container.DeleteAsync();
        await container.RemoveAsync();

        async Task WorkAsync()
        {
            for (int number = Interlocked.Increment(ref last); number <= Execs; number = Interlocked.Increment(ref last))
            {
                TimeSpan taken = await ExecAsync(container, $"e{number}");
                if (taken >= Limit)
                    Interlocked.Increment(ref lost);
                lock (figures)
                    figures.Add(taken);
            }
        }
    }

    /// <summary>From its start to its exit; as long as the limit when no exit came.</summary>
    private static async Task<TimeSpan> ExecAsync(BenchContainer container, string exec)
    {
        TaskService tasks = container.Tasks;
        await tasks.ExecAsync(new() { ContainerId = container.Id, ExecId = exec, Process = Process }, CancellationToken.None);
        using CancellationTokenSource over = new(Limit);
        Task<ProcessExit?> exited = tasks.WaitAsync(container.Id, exec, over.Token);
        long start = Stopwatch.GetTimestamp();
        try
        {
            await tasks.StartAsync(container.Id, exec, CancellationToken.None);
            await exited;
        }
        catch (OperationCanceledException)
        {
            return Limit;
        }
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        await tasks.DeleteExecAsync(container.Id, exec, CancellationToken.None);
        return taken;
    }
}
