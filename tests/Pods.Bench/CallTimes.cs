using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Containerd.Events;
using Pods.Containerd;
using Pods.Linux;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>What each call of containerd's task API takes with either shim behind it, and how soon an exit is told.</summary>
internal static class CallTimes
{
    private const int Containers = 40, CallsEach = 10, KillsEach = 4;
    private static readonly string[] Calls =
        ["create (with the shim's start)", "start", "exec, start to exit", "state", "pids", "stats", "kill", "exit, death to event", "delete"];
    private static readonly byte[] Process =
        Encoding.UTF8.GetBytes("""{"args":["true"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""");

    private static readonly byte[] Sleeper =
        Encoding.UTF8.GetBytes("""{"args":["sleep","1000000"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""");

    public static Task RunAsync() => Release.OnEachAsync(CompareAsync);

    private static async Task CompareAsync(ContainerdDaemon containerd)
    {
        await using ContainerdClient client = ContainerdClient.Connect(containerd.Address, "k8s.io");
        using CancellationTokenSource over = new();
        ConcurrentDictionary<string, TaskCompletionSource<long>> exits = [];
        TaskCompletionSource subscribed = new();
        Task listening = ListenAsync(client, exits, subscribed, over.Token);
        await subscribed.Task;
        Dictionary<Rival, Dictionary<string, Figures>> figures = Rival.Both.ToDictionary(r => r, _ => NewFigures());
        // One of each before anything counts: files in the page cache, connections made.
        for (int round = -1; round < Containers; round++)
        {
            foreach (Rival rival in Rival.Both)
                await MeasureAsync(new(containerd, client, rival), exits, round < 0 ? NewFigures() : figures[rival]);
        }
        await over.CancelAsync();
        await listening;
        Console.WriteLine($"{"call (ms)",-32} {"ours p50",9} {"p99",8} {"stock p50",11} {"p99",8} {"ratio p50",11} {"p99",6}");
        foreach (string call in Calls)
        {
            Figures ours = figures[Rival.Ours][call], stock = figures[Rival.Stock][call];
            Console.WriteLine($"{call,-32} {ours.Median,9:F2} {ours.P99,8:F2} {stock.Median,11:F2} {stock.P99,8:F2} "
                + $"{ours.Median / stock.Median,11:F2} {ours.P99 / stock.P99,6:F2}");
        }
    }

    private static Dictionary<string, Figures> NewFigures() => Calls.ToDictionary(c => c, _ => new Figures());

    private static async Task MeasureAsync(
        BenchContainer container, ConcurrentDictionary<string, TaskCompletionSource<long>> exits, Dictionary<string, Figures> figures)
    {
        CancellationToken none = CancellationToken.None;
        TaskService tasks = container.Tasks;
        await container.PrepareAsync("sleep", "1000000");
        await figures[Calls[0]].MeasureAsync(() => container.CreateAsync());
        Task<ProcessExit?> ended = tasks.WaitAsync(container.Id, "", none);
        await figures[Calls[1]].MeasureAsync(container.StartAsync);
        for (int i = 0; i < CallsEach; i++)
        {
            string exec = $"e{i}";
            await tasks.ExecAsync(new() { ContainerId = container.Id, ExecId = exec, Process = Process }, none);
            Task<ProcessExit?> exited = tasks.WaitAsync(container.Id, exec, none);
            await figures[Calls[2]].MeasureAsync(async () =>
            {
                await tasks.StartAsync(container.Id, exec, none);
                await exited;
            });
            await tasks.DeleteExecAsync(container.Id, exec, none);
            await figures[Calls[3]].MeasureAsync(() => tasks.FindAsync(container.Id, "", none));
            await figures[Calls[4]].MeasureAsync(() => tasks.PidsAsync(container.Id, none));
            await figures[Calls[5]].MeasureAsync(() => tasks.MetricsAsync(none, $"id=={container.Id}"));
            // Init has no handler for it: the call is measured, and the process goes on.
            await figures[Calls[6]].MeasureAsync(() => tasks.KillAsync(container.Id, Signals.SIGCONT, "", false, none));
        }
        for (int i = 0; i < KillsEach; i++)
        {
            string exec = $"k{i}";
            await tasks.ExecAsync(new() { ContainerId = container.Id, ExecId = exec, Process = Sleeper }, none);
            await tasks.StartAsync(container.Id, exec, none);
            await KillAsync(exec);
            await tasks.DeleteExecAsync(container.Id, exec, none);
        }
        await KillAsync("");
        await ended;
        await figures[Calls[8]].MeasureAsync(container.DeleteAsync);
        await container.RemoveAsync();

        async Task KillAsync(string exec)
        {
            TaskCompletionSource<long> told = Expect(exits, Key(container.Id, exec));
            int pid = (await tasks.FindAsync(container.Id, exec, none))!.Pid;
            long death = Stopwatch.GetTimestamp();
            Signals.Send(pid, Signals.SIGKILL);
            figures[Calls[7]].Add(Stopwatch.GetElapsedTime(death, await told.Task));
        }
    }

    private static string Key(string container, string exec) => $"{container}/{exec}";

    private static TaskCompletionSource<long> Expect(ConcurrentDictionary<string, TaskCompletionSource<long>> exits, string key) =>
        exits.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private static async Task ListenAsync(
        ContainerdClient client,
        ConcurrentDictionary<string, TaskCompletionSource<long>> exits,
        TaskCompletionSource subscribed,
        CancellationToken over)
    {
        try
        {
            await foreach (ContainerdEvent happened in client.Events.SubscribeAsync(["topic==\"/tasks/exit\""], subscribed, over))
            {
                long now = Stopwatch.GetTimestamp();
                if (happened.As<TaskExit>() is { } exit)
                    Expect(exits, Key(exit.ContainerId, exit.Id == exit.ContainerId ? "" : exit.Id)).TrySetResult(now);
            }
        }
        catch (OperationCanceledException)
        {
            // The comparison is over.
        }
    }
}
