using System.Net.Http;
using System.Net.Sockets;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>How the node looks after itself: its numbers, its disk.</summary>
public sealed class UpkeepTests
{
    [SkippableFact]
    public async Task Metrics_are_Prometheus_format_with_the_kubelets_names()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever, "", "readinessProbe: {exec: {command: ['true']}, periodSeconds: 1}"), "web");

        string page = await ScrapeAsync(podsd);

        Assert.Contains("kubelet_running_pods 1\n", page);
        Assert.Contains("kubelet_running_containers{container_state=\"running\"} 1\n", page);
        Assert.Contains("kubelet_pod_start_duration_seconds_count 1\n", page);
        Assert.Contains("kube_pod_status_phase{namespace=\"default\",pod=\"web\",phase=\"Running\"} 1\n", page);
        Assert.Contains("kube_pod_container_status_restarts_total{namespace=\"default\",pod=\"web\",container=\"main\"} 0\n", page);
        Assert.Matches(
            "prober_probe_total\\{[^}]*container=\"main\",pod_uid=\"[^\"]+\",probe_type=\"Readiness\",result=\"successful\"\\} \\d+\n", page);
        Assert.Matches("container_cpu_usage_seconds_total\\{namespace=\"default\",pod=\"web\",container=\"main\"\\} [0-9.E-]+\n", page);
        Assert.Matches("container_memory_working_set_bytes\\{namespace=\"default\",pod=\"web\",container=\"main\"\\} [1-9]\\d+\n", page);
    }

    [SkippableFact]
    public async Task Metrics_pass_promtool()
    {
        string promtool = OfPrometheus("promtool");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever, "", "livenessProbe: {exec: {command: ['false']}, periodSeconds: 1}"), "web");

        CommandResult read = await Command.RunAsync(promtool, ["check", "metrics"], await ScrapeAsync(podsd));

        // What it says of names is kept to by the kubelet no better; what it cannot parse is exit 1.
        Assert.True(read.ExitCode is 0 or 3, read.Error);
        Assert.DoesNotContain("error while linting", read.Error);
    }

    [SkippableFact]
    public async Task Prometheus_scrapes_the_node()
    {
        string prometheus = OfPrometheus("prometheus"), promtool = OfPrometheus("promtool");
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();
        await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever), "web");
        await using PortRelay relay = new(podsd.File("podsd.sock"));
        File.WriteAllText(podsd.File("prometheus.yml"), $$"""
            global: {scrape_interval: 1s}
            scrape_configs: [{job_name: pods, static_configs: [{targets: ["{{relay.Url["http://".Length..]}}"]}]}]
            """);
        string address = $"127.0.0.1:{FreePort.Find()}";
        DaemonProcess server = DaemonProcess.Start(prometheus,
            [$"--config.file={podsd.File("prometheus.yml")}", $"--storage.tsdb.path={podsd.File("tsdb")}", $"--web.listen-address={address}"],
            podsd.File("prometheus.log"));
        try
        {
            foreach (var (query, shows) in new[]
            {
                ("up", "=> 1 "), ("kubelet_running_pods", "=> 1 "), ("kubelet_pod_start_duration_seconds_count", "=> 1 "),
                ("container_processes", "container=\"main\""),
            })
                await Eventually.True(
                    async () => (await Command.RunAsync(promtool, ["query", "instant", $"http://{address}", query])).Output.Contains(shows),
                    $"Prometheus knows {query}: {server.Log}", TimeSpan.FromMinutes(1));
        }
        finally
        {
            await server.StopAsync();
        }
    }

    private static string OfPrometheus(string program)
    {
        string fetched = Path.Combine(ContainerdVersions.Newer, "prometheus/usr/bin", program);
        string? found = File.Exists(fetched) ? fetched : Requires.FindProgram(program);
        Skip.If(found is null, $"needs {program} (tests/fetch-newer.sh, or on PATH)");
        return found!;
    }

    [SkippableFact]
    public async Task Full_disk_takes_unused_images_and_neither_pause_nor_one_in_use()
    {
        // Any disk is fuller than 0 %: the marks stand in for one that is nearly full.
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new()
        {
            Arguments = ["--image-gc-high", "0", "--image-gc-low", "0", "--image-gc-age", "1"],
        });
        await podsd.RunPodAsync(Manifest.Of("web", Manifest.Forever), "web");
        TestImage.Busybox(recipe => recipe.Environment.Add("OTHER=1")).WriteOciArchive(podsd.File("unused.tar"), "test.local/unused:1");
        await podsd.Containerd.ImportAsync(podsd.File("unused.tar"));

        await Eventually.True(async () => !(await podsd.PodsAsync("images")).Succeeded().Output.Contains("test.local/unused"),
            "the unused image is gone", TimeSpan.FromSeconds(30));

        string left = (await podsd.PodsAsync("images")).Succeeded().Output;
        Assert.Contains("test.local/busybox", left);
        Assert.Contains("pause", left);
    }

    private static async Task<string> ScrapeAsync(PodsDaemon podsd)
    {
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancel) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(podsd.File("podsd.sock")), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using HttpClient client = new(handler);
        return await client.GetStringAsync("http://podsd/metrics");
    }
}
