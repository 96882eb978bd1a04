using System.Diagnostics;
using Pods.Containerd;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>What a container's output costs on its way through the shim: time, and the shim's processor time.</summary>
internal static class OutputCost
{
    private const int Megabytes = 512, Runs = 5;

    public static Task RunAsync() => Release.OnEachAsync(CompareAsync);

    private static async Task CompareAsync(ContainerdDaemon containerd, string version)
    {
        await using ContainerdClient client = ContainerdClient.Connect(containerd.Address, "k8s.io");
        string[] blocks = ["dd", "if=/dev/zero", "bs=65536", $"count={Megabytes * 16}"];
        string[] lines = ["sh", "-c", $"yes 'a line of a log as programs write it, with sixty-three letters.' | head -c {Megabytes / 4 * 1048576}"];
        Console.WriteLine($"{"output of a container",-48} {"MB/s",7} {"CPU ms/GB",12}");
        foreach (Rival rival in Rival.Both)
            await PrintAsync($"{rival.Name}: blocks to a fifo", Megabytes, () => ToFifoAsync(new(containerd, client, rival), blocks));
        foreach (Rival rival in Rival.Both)
            await PrintAsync($"{rival.Name}: lines to a fifo", Megabytes / 4, () => ToFifoAsync(new(containerd, client, rival), lines));
        await PrintAsync("ours: lines to a pods-log, in CRI's format", Megabytes / 4, () => ToLogAsync(new(containerd, client, Rival.Ours), lines));
        // What a kubelet has: the shim hands on to containerd's CRI plugin, which writes the same format.
        await using CriLogging cri = await CriLogging.StartAsync(version);
        await PrintAsync("stock: lines to CRI's log (shim + containerd)", Megabytes / 4, () => cri.RunAsync(lines));
    }

    private static async Task PrintAsync(string label, int megabytes, Func<Task<(TimeSpan Time, TimeSpan Processor)>> run)
    {
        List<(TimeSpan Time, TimeSpan Processor)> runs = [];
        for (int i = 0; i < Runs; i++)
            runs.Add(await run());
        double seconds = runs.Select(r => r.Time.TotalSeconds).Order().ElementAt(Runs / 2);
        double processor = runs.Select(r => r.Processor.TotalMilliseconds).Order().ElementAt(Runs / 2);
        Console.WriteLine($"{label,-48} {megabytes / seconds,7:F0} {processor * 1024 / megabytes,12:F0}");
    }

    private static async Task<(TimeSpan, TimeSpan)> ToFifoAsync(BenchContainer container, string[] command)
    {
        using ScratchDirectory scratch = new();
        // The stock shim wants both streams or none.
        string output = scratch.File("out"), errors = scratch.File("err");
        (await Command.RunAsync("mkfifo", [output, errors])).Succeeded();
        return await RunAsync(container, command, output, errors,
            () => Task.WhenAll(Task.Run(() => Swallow(output)), Task.Run(() => Swallow(errors))));
    }

    private static async Task<(TimeSpan, TimeSpan)> ToLogAsync(BenchContainer container, string[] command)
    {
        using ScratchDirectory scratch = new();
        string log = $"pods-log://{scratch.File("0.log")}?max-size=1073741824";
        return await RunAsync(container, command, log, log, () => Task.CompletedTask);
    }

    /// <summary>Until the process has ended and the last of its output has arrived.</summary>
    private static async Task<(TimeSpan, TimeSpan)> RunAsync(
        BenchContainer container, string[] command, string output, string errors, Func<Task> read)
    {
        await container.PrepareAsync(command);
        Task reading = read();
        await container.CreateAsync(output, errors);
        Task ended = container.Tasks.WaitAsync(container.Id, "", CancellationToken.None);
        int shim = await container.ShimAsync();
        TimeSpan before = ProcessorTime(shim);
        long start = Stopwatch.GetTimestamp();
        await container.StartAsync();
        await ended;
        await reading;
        TimeSpan time = Stopwatch.GetElapsedTime(start), processor = ProcessorTime(shim) - before;
        await container.DeleteAsync();
        await container.RemoveAsync();
        return (time, processor);
    }

    private static void Swallow(string fifo)
    {
        byte[] buffer = new byte[65536];
        using FileStream stream = new(fifo, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        while (stream.Read(buffer) > 0)
        {
        }
    }

    /// <summary>Of all threads, in the kernel too.</summary>
    public static TimeSpan ProcessorTime(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }
}
