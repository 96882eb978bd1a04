using System.Diagnostics;
using Pods.Linux;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>How long `start` takes to tell the address of a new shim: what containerd waits for before each pod.</summary>
internal static class StartTime
{
    private const int Runs = 60;

    public static Task RunAsync() => Release.OnEachAsync(CompareAsync);

    private static async Task CompareAsync(ContainerdDaemon containerd)
    {
        Dictionary<Rival, Figures> figures = Rival.Both.ToDictionary(r => r, _ => new Figures());
        for (int i = -1; i < Runs; i++)
        {
            foreach (Rival rival in Rival.Both)
                await MeasureAsync(containerd, rival, i < 0 ? new Figures() : figures[rival]);
        }
        foreach (Rival rival in Rival.Both)
            Console.WriteLine($"{rival.Program + " start, to the address",-48} {figures[rival]}");
        Console.WriteLine($"{"ours / stock",-48} {figures[Rival.Ours].Median / figures[Rival.Stock].Median:F2}");
    }

    private static async Task MeasureAsync(ContainerdDaemon containerd, Rival rival, Figures figures)
    {
        using ScratchDirectory bundle = new();
        File.WriteAllText(bundle.File("config.json"), """{"ociVersion":"1.0.2","annotations":{}}""");
        string id = Unique.Id("start");
        ProcessStartInfo start = new(
            containerd.Program(rival.Program),
            ["-namespace", "bench", "-address", containerd.Address, "-publish-binary", "containerd", "-id", id, "start"])
        {
            WorkingDirectory = bundle.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["TTRPC_ADDRESS"] = containerd.EventsAddress },
        };
        string told = "";
        await figures.MeasureAsync(async () =>
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            told = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
        });
        foreach (ProcessEntry shim in ProcessTable.All().Where(p => p.CommandLine.Contains(id)))
            Signals.TrySend(shim.Pid, Signals.SIGKILL);
        // Bare, or within JSON.
        string address = told[told.IndexOf("unix://", StringComparison.Ordinal)..].Split('"')[0]["unix://".Length..];
        File.Delete(address);
    }
}
