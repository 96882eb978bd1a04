using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>What a hundred pods that are asked every second cost podsd, and how long a large manifest is read and validated.</summary>
internal static class ProbeCost
{
    private const int Pods = 100, Documents = 1000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20), Watched = TimeSpan.FromSeconds(60);

    public static async Task RunAsync()
    {
        await MeasureProbesAsync();
        await MeasureValidationAsync();
    }

    /// <summary>All of them ask one server in this process: what the containers' own servers cost is no part of the figure.</summary>
    private static async Task MeasureProbesAsync()
    {
        using CancellationTokenSource stop = new();
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start(512);
        int port = ((IPEndPoint)server.LocalEndpoint).Port, answered = 0;
        Task serving = ServeAsync(server, () => Interlocked.Increment(ref answered), stop.Token);
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { HasManyAddresses = true });
        string probe = $"readinessProbe: {{httpGet: {{host: 127.0.0.1, port: {port}}}, periodSeconds: 1, timeoutSeconds: 10}}";
        string manifest = string.Join("\n---\n", Enumerable.Range(0, Pods).Select(i => Manifest.Of($"probed-{i}", "exec sleep 1000000", "", probe)));
        (await podsd.PodsAsync(["apply", "-f", "-", "--wait", "--timeout=10m"], manifest, TimeSpan.FromMinutes(10))).Succeeded();
        await Task.Delay(Rest);
        int before = answered;
        TimeSpan spent = ProcessorTime(podsd.Pid);
        await Task.Delay(Watched);
        double share = (ProcessorTime(podsd.Pid) - spent) / Watched;
        Console.WriteLine($"{Pods} pods, httpGet every second       {share:P2} of a core over a minute, {(answered - before) / Watched.TotalSeconds:F1} probes/s (promised: 3 %)");
        await stop.CancelAsync();
        await serving;
    }

    private static async Task MeasureValidationAsync()
    {
        using ScratchDirectory scratch = new();
        await File.WriteAllTextAsync(scratch.File("many.yaml"), string.Join("\n---\n", Enumerable.Range(0, Documents).Select(i =>
            Manifest.Of($"pod-{i}", Manifest.Forever, "securityContext: {runAsUser: 1000}", "resources: {limits: {memory: 32Mi}}"))));
        Figures took = new();
        for (int i = 0; i < 10; i++)
            await took.MeasureAsync(async () => (await Command.RunAsync(Repository.Binary("pods"), ["check", scratch.File("many.yaml")])).Succeeded());
        Console.WriteLine($"pods check, {Documents} documents           {took} (promised: 1000 ms)");
    }

    private static async Task ServeAsync(TcpListener server, Action count, CancellationToken stop)
    {
        byte[] answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        try
        {
            while (true)
                _ = AnswerAsync(await server.AcceptTcpClientAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }

        async Task AnswerAsync(TcpClient client)
        {
            using (client)
            {
                byte[] request = new byte[4096];
                if (await client.GetStream().ReadAsync(request) == 0)
                    return;
                count();
                await client.GetStream().WriteAsync(answer);
            }
        }
    }

    private static TimeSpan ProcessorTime(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }
}
