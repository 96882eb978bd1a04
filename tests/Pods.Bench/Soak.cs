using System.Text;
using Pods.Containerd;
using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>
/// Whether a shim grows: thousands of execs and containers in one group, and what it weighs before, between and after.
/// Bounded by its counts; not a part of the tests, since it takes minutes.
/// </summary>
internal sealed class Soak(ContainerdDaemon containerd, ContainerdClient client)
{
    private const int Steps = 4, Workers = 8;
    // As many as make full what is bounded by a number: a shim remembers the exits of its last 32 containers.
    private const int First = 64;
    private static readonly int Execs = Bounded(10_000), Containers = Bounded(1_000);
    private const double Allowed = 1.10;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);
    private static readonly byte[] Process =
        Encoding.UTF8.GetBytes("""{"args":["true"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""");

    private readonly string _sandbox = Unique.Id("soak");
    private int _made;

    private sealed record Weight(MemoryFigures Memory, int Threads, int Descriptors, int Mounts);

    /// <summary>The share of a count that the variable PODS_SOAK asks for, in per cent: for who has no quarter of an hour.</summary>
    public static int Bounded(int count) =>
        Math.Max(Steps, count * int.Parse(Environment.GetEnvironmentVariable("PODS_SOAK") ?? "100") / 100);

    /// <exception cref="InvalidOperationException">The shim grew.</exception>
    public static Task RunAsync() => Release.OnEachAsync(async containerd =>
    {
        await using ContainerdClient client = ContainerdClient.Connect(containerd.Address, "k8s.io");
        await new Soak(containerd, client).RunOnceAsync();
    });

    private async Task RunOnceAsync()
    {
        string[] annotations = ["--annotation", $"io.kubernetes.cri.sandbox-id={_sandbox}", "--annotation", "io.kubernetes.cri.container-type="];
        (await containerd.CtrAsync(["run", "-d", "--null-io", "--runtime", Rival.Ours.Runtime, .. annotations[..^1], annotations[^1] + "sandbox",
            PodsDaemon.Image, _sandbox, "sleep", "1000000"])).Succeeded();
        string template = _sandbox + "-member";
        (await containerd.CtrAsync(["containers", "create", "--runtime", Rival.Ours.Runtime, .. annotations[..^1], annotations[^1] + "container",
            PodsDaemon.Image, template, "true"])).Succeeded();
        ContainerRecord record = (await client.Containers.FindAsync(template, CancellationToken.None))!;
        string layers = (await client.Snapshots().FindAsync(record.SnapshotKey, CancellationToken.None))!.Parent;
        int shim = containerd.Shims().Single();

        Console.WriteLine($"{"one group",-28} {"RSS",6} {"PSS",6} {"dirty",6} {"threads",8} {"fds",5} {"mounts",7}");
        await WeighAsync(shim, "fresh");
        // The first of a kind make what all later ones use (a thread for timers, tables of the library): that is no growth.
        await ManyAsync(First, ExecAsync);
        await ManyAsync(First, number => ContainerAsync(number, record, layers));
        Weight start = await WeighAsync(shim, $"after {First} of each"), now = start;
        for (int step = 1; step <= Steps; step++)
        {
            await ManyAsync(Execs / Steps, ExecAsync);
            now = await WeighAsync(shim, $"{step * Execs / Steps} execs");
        }
        for (int step = 1; step <= Steps; step++)
        {
            await ManyAsync(Containers / Steps, number => ContainerAsync(number, record, layers));
            now = await WeighAsync(shim, $"+ {step * Containers / Steps} containers");
        }
        await containerd.CtrAsync("tasks", "rm", "-f", _sandbox);
        await containerd.CtrAsync("containers", "rm", _sandbox);
        await containerd.CtrAsync("containers", "rm", template);
        Check(start, now);
    }

    private static void Check(Weight start, Weight end)
    {
        double growth = (double)end.Memory.PrivateDirtyKb / start.Memory.PrivateDirtyKb;
        Console.WriteLine($"private memory at the end / after {First} of each: {growth:F2}, allowed {Allowed:F2}");
        if (growth > Allowed || end.Threads > start.Threads || end.Descriptors != start.Descriptors || end.Mounts != start.Mounts)
            throw new InvalidOperationException($"the shim grew from {start} to {end}");
    }

    private async Task<Weight> WeighAsync(int shim, string when)
    {
        await Task.Delay(Rest);
        Weight weight = new(
            MemoryFigures.Of(shim), ProcessTable.Threads(shim), ProcessTable.Descriptors(shim), MountTable.Below(containerd.State).Count);
        Console.WriteLine($"{when,-28} {weight.Memory.RssKb,6} {weight.Memory.PssKb,6} {weight.Memory.PrivateDirtyKb,6} "
            + $"{weight.Threads,8} {weight.Descriptors,5} {weight.Mounts,7}");
        return weight;
    }

    private async Task ManyAsync(int count, Func<int, Task> one)
    {
        int last = _made + count;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync()));
        _made = last;

        async Task WorkAsync()
        {
            for (int number = Interlocked.Increment(ref _made); number <= last; number = Interlocked.Increment(ref _made))
                await one(number);
        }
    }

    private async Task ExecAsync(int number)
    {
        string exec = $"e{number}";
        await client.Tasks.ExecAsync(new() { ContainerId = _sandbox, ExecId = exec, Process = Process }, CancellationToken.None);
        Task<ProcessExit?> exited = client.Tasks.WaitAsync(_sandbox, exec, CancellationToken.None);
        await client.Tasks.StartAsync(_sandbox, exec, CancellationToken.None);
        Expect(await exited, exec);
        await client.Tasks.DeleteExecAsync(_sandbox, exec, CancellationToken.None);
    }

    private async Task ContainerAsync(int number, ContainerRecord template, string layers)
    {
        string id = $"{_sandbox}-{number}";
        // The cgroup's path has the id in it.
        string spec = Encoding.UTF8.GetString(template.Spec.Span).Replace(template.Id, id);
        // First of all, since containerd collects a snapshot that no container names.
        ContainerRecord record = template with { Id = id, Spec = Encoding.UTF8.GetBytes(spec), SnapshotKey = id };
        await client.Containers.CreateAsync(record, CancellationToken.None);
        IReadOnlyList<SnapshotMount>? rootfs =
            await client.Snapshots().PrepareAsync(id, layers, new Dictionary<string, string>(), CancellationToken.None);
        await client.Tasks.CreateAsync(new() { ContainerId = id, Rootfs = rootfs! }, CancellationToken.None);
        Task<ProcessExit?> exited = client.Tasks.WaitAsync(id, "", CancellationToken.None);
        await client.Tasks.StartAsync(id, "", CancellationToken.None);
        Expect(await exited, id);
        await client.Tasks.DeleteAsync(id, CancellationToken.None);
        await client.Containers.DeleteAsync(id, CancellationToken.None);
        await client.Snapshots().RemoveAsync(id, CancellationToken.None);
    }

    private static void Expect(ProcessExit? exit, string what)
    {
        if (exit is not { Status: 0 })
            throw new InvalidOperationException($"{what} ended with {exit?.Status.ToString() ?? "no exit"}");
    }
}
