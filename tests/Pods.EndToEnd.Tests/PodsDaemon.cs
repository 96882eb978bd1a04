using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>How a private podsd differs from the default one.</summary>
public sealed record PodsDaemonOptions
{
    public ContainerdOptions Containerd { get; init; } = new();
    /// <summary>Addresses for more than the 253 pods of the ordinary network of a test.</summary>
    public bool HasManyAddresses { get; init; }
    /// <summary>Appended to podsd's command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>A real podsd on a private containerd, network and directories, driven through the real <c>pods</c>.</summary>
public sealed class PodsDaemon : IAsyncDisposable
{
    public const string Image = "test.local/busybox:1";

    private readonly ScratchDirectory _scratch = new();
    private readonly PodsDaemonOptions _options;
    private int _subnet;
    private DaemonProcess? _process;

    private PodsDaemon(PodsDaemonOptions options, ContainerdDaemon containerd) => (_options, Containerd) = (options, containerd);

    public ContainerdDaemon Containerd { get; }
    public string Directory => _scratch.Path;
    public string LogDirectory => _scratch.File("log");
    public string NetworkNamespaces => _scratch.File("netns");
    /// <summary>Leases of host-local: a file per address in use.</summary>
    public string AddressLeases => _scratch.File("ipam/test");
    public string Bridge => $"ptb{_subnet}";
    public string Subnet => _options.HasManyAddresses ? $"10.{90 + _subnet % 100}.0." : $"10.89.{_subnet}.";
    public int Pid => _process!.Pid;
    public bool HasEnded => _process!.HasExited;
    public string Log => _process!.Log;
    /// <summary>Where the next podsd looks for containerd, if not where it is.</summary>
    public string? ContainerdAddress { get; set; }

    public static async Task<PodsDaemon> StartAsync(PodsDaemonOptions? options = null)
    {
        Requires.Root();
        Requires.Binaries("podsd", "pods", "containerd-shim-pods-v1");
        options ??= new();
        PodsDaemon daemon = new(options, await ContainerdDaemon.StartAsync(options.Containerd));
        try
        {
            await daemon.ClaimSubnetAsync();
            await daemon.WriteNetworkAsync();
            TestImage.Busybox().WriteOciArchive(daemon._scratch.File("busybox.tar"), Image);
            await daemon.Containerd.ImportAsync(daemon._scratch.File("busybox.tar"));
            Eventually.Witnesses[daemon] = daemon.DescribeAsync;
            await daemon.StartAgainAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public string File(string name) => _scratch.File(name);

    /// <summary>Starts podsd on the state that it left.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        await Eventually.True(
            async () => _process!.HasExited || (await PodsAsync("version")).ExitCode == 0, "pods reaches podsd", TimeSpan.FromSeconds(30));
        if (_process!.HasExited)
            throw new InvalidOperationException($"podsd ended with {_process.ExitCode}: {_process.Log}");
    }

    /// <summary>Starts it and does not wait.</summary>
    public void Launch() => _process = DaemonProcess.Start(Repository.Binary("podsd"), Arguments(), File("podsd.log"), Surroundings());

    /// <summary>podsd for a task that it ends with, on the state that the one before has left.</summary>
    public Task<CommandResult> RunOnceAsync(params string[] arguments) =>
        Command.RunAsync(Repository.Binary("podsd"), [.. Arguments(), .. arguments], environment: Surroundings());

    public Task KillAsync() => _process!.KillAsync();

    public Task StopAsync() => _process!.StopAsync();

    /// <summary>The CLI, as a user types it.</summary>
    public Task<CommandResult> PodsAsync(params string[] arguments) => PodsAsync(arguments, null);

    public Task<CommandResult> PodsAsync(string[] arguments, string? input, TimeSpan? limit = null) =>
        Command.RunAsync(Repository.Binary("pods"), arguments, input,
            new Dictionary<string, string> { ["PODS_SOCKET"] = File("podsd.sock") }, limit: limit);

    /// <summary>Applies a manifest and waits until every pod of it that should run is Ready.</summary>
    public async Task<JsonNode> RunPodAsync(string manifest, string name)
    {
        await ApplyAsync(manifest);
        return await WaitForAsync(name, pod => Condition(pod, "Ready") == "True", "Ready");
    }

    public async Task ApplyAsync(string manifest) => (await PodsAsync(["apply", "-f", "-"], manifest)).Succeeded();

    /// <summary>The pod as the API shows it; null when there is none.</summary>
    public async Task<JsonNode?> GetAsync(string name)
    {
        CommandResult got = await PodsAsync("get", "pod", name, "-o", "json");
        return got.ExitCode == 0 ? JsonNode.Parse(got.Output) : null;
    }

    public async Task<JsonNode> WaitForAsync(string name, Func<JsonNode, bool> condition, string what, TimeSpan? limit = null)
    {
        JsonNode? last = null;
        try
        {
            return await Eventually.Get(async () => (last = await GetAsync(name)) is { } pod && condition(pod) ? pod : null,
                $"pod {name} is {what}", limit ?? TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\nlast seen: {last?["status"]?.ToJsonString(Indented)}\n");
        }
    }

    public async Task<string> ExecAsync(string pod, string container, params string[] command) =>
        (await PodsAsync(["exec", pod, "-c", container, "--", .. command])).Succeeded().Output;

    public async Task DeleteAsync(string name)
    {
        (await PodsAsync("delete", "pod", name, "--grace-period=1")).Succeeded();
        await Eventually.True(async () => await GetAsync(name) is null, $"pod {name} is gone", TimeSpan.FromSeconds(30));
    }

    /// <summary>The process of a container in this test's process table, by its container id.</summary>
    public async Task<int> PidOfAsync(JsonNode pod, string container)
    {
        string id = ContainerStatus(pod, container)["containerID"]!.GetValue<string>().Replace("containerd://", "");
        CommandResult tasks = (await Containerd.CtrAsync("tasks", "ls")).Succeeded();
        string row = tasks.Output.Split('\n').Single(line => line.StartsWith(id));
        return int.Parse(row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    public static JsonNode ContainerStatus(JsonNode pod, string container) =>
        FindContainerStatus(pod, container) ?? throw new InvalidOperationException($"no status of container {container}: {pod["status"]}");

    /// <summary>Null for a pod that was only just made.</summary>
    public static JsonNode? FindContainerStatus(JsonNode pod, string container) =>
        pod["status"]?["containerStatuses"]?.AsArray().FirstOrDefault(c => c!["name"]!.GetValue<string>() == container);

    public static string? Condition(JsonNode pod, string type) =>
        pod["status"]?["conditions"]?.AsArray().FirstOrDefault(c => c!["type"]!.GetValue<string>() == type)?["status"]?.GetValue<string>();

    public static string? PodIp(JsonNode pod) => pod["status"]?["podIP"]?.GetValue<string>();

    /// <summary>Deletes all pods, expects that nothing of them is left, then stops everything.</summary>
    public async ValueTask DisposeAsync()
    {
        Eventually.Witnesses.TryRemove(this, out _);
        try
        {
            if (_process is { HasExited: false })
            {
                // Owners first: they would make their pods again, and a test's own failure would be hidden behind what is left.
                foreach (string manifest in System.IO.Directory.GetFiles(File("manifests")))
                    System.IO.File.Delete(manifest);
                foreach (string kind in new[] { "deployments", "daemonsets", "jobs", "pods" })
                    await PodsAsync("delete", kind, "--all", "--now");
                await ExpectNothingLeftAsync();
            }
        }
        finally
        {
            if (_process is not null)
                await _process.StopAsync();
            await Containerd.DisposeAsync();
            if (_subnet > 0)
                await Command.RunAsync("ip", ["link", "delete", Bridge]);
            _scratch.Dispose();
        }
    }

    /// <summary>No container, task, shim, network namespace, address or mount of any pod.</summary>
    public async Task ExpectNothingLeftAsync()
    {
        try
        {
            await Eventually.True(async () => (await FindLeftoversAsync()).Count == 0, "nothing is left", TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"left behind: {string.Join(", ", await FindLeftoversAsync())}\n{await DescribeAsync()}");
        }
    }

    /// <summary>Briefly, as of a failure in CI only the first lines are kept: the pods, and what happened last.</summary>
    private async Task<string> DescribeAsync()
    {
        string pods = (await PodsAsync("get", "pods", "-A", "--request-timeout=10s")).Output;
        return $"{Bridge} at {DateTime.UtcNow:HH:mm:ss}:\n{pods}\npodsd: {string.Join('\n', Log.Split('\n').TakeLast(30))}";
    }

    private async Task<List<string>> FindLeftoversAsync()
    {
        List<string> found = [];
        found.AddRange(Lines((await Containerd.CtrAsync("containers", "ls", "-q")).Output).Select(c => $"container {c}"));
        found.AddRange(Lines((await Containerd.CtrAsync("tasks", "ls", "-q")).Output).Select(t => $"task {t}"));
        found.AddRange(Lines((await Containerd.CtrAsync("snapshots", "ls")).Output).Where(s => s.EndsWith("Active")).Select(s => $"snapshot {s}"));
        found.AddRange(Containerd.Shims().Select(s => $"shim {s}"));
        if (System.IO.Directory.Exists(NetworkNamespaces))
            found.AddRange(System.IO.Directory.GetFiles(NetworkNamespaces).Select(n => $"netns {n}"));
        if (System.IO.Directory.Exists(AddressLeases))
            found.AddRange(System.IO.Directory.GetFiles(AddressLeases, "10.*").Select(n => $"address {n}"));
        found.AddRange(MountTable.Below(_scratch.Path).Select(m => $"mount {m}"));
        return found;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static Dictionary<string, string> Surroundings() =>
        new() { ["PATH"] = Repository.Bin + ":" + Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin" };

    private string[] Arguments() =>
    [
        "--root", File("pods"), "--state", File("run"), "--socket", File("podsd.sock"), "--containerd", ContainerdAddress ?? Containerd.Address,
        "--cni-conf-dir", File("net.d"), "--log-dir", LogDirectory, "--manifests", File("manifests"), "--netns-dir", NetworkNamespaces,
        "--pause-archive", Path.Combine(Repository.Bin, "..", "pause.tar"),
        "--runtime", Repository.Binary("containerd-shim-pods-v1"), .. _options.Arguments,
    ];

    /// <summary>The bridge of that name is the claim: other tests, and other runs on this machine, take another.</summary>
    private async Task ClaimSubnetAsync()
    {
        foreach (int candidate in Enumerable.Range(1, 250).OrderBy(_ => Random.Shared.Next()))
        {
            _subnet = candidate;
            if ((await Command.RunAsync("ip", ["link", "add", "name", Bridge, "type", "bridge"])).ExitCode == 0)
                return;
        }
        _subnet = 0;
        throw new InvalidOperationException("bridges ptb1 to ptb250 are all there: `ip link delete` those that crashed tests have left");
    }

    private async Task WriteNetworkAsync()
    {
        // Next to Docker pods reach each other by a rule of their own, as podsd's default network makes it.
        CommandResult forwarding = await Command.RunAsync("iptables", ["-S", "FORWARD"]);
        string firewall = forwarding.Output.StartsWith("-P FORWARD DROP", StringComparison.Ordinal) ? """, {"type": "firewall"}""" : "";
        System.IO.Directory.CreateDirectory(File("net.d"));
        System.IO.Directory.CreateDirectory(File("manifests"));
        System.IO.File.WriteAllText(File("net.d/10-test.conflist"), $$$"""
            {"cniVersion": "1.0.0", "name": "test", "plugins": [
              {"type": "bridge", "bridge": "{{{Bridge}}}", "isGateway": true, "ipMasq": true, "hairpinMode": true,
               "ipam": {"type": "host-local", "dataDir": "{{{File("ipam")}}}",
                        "ranges": [[{"subnet": "{{{Subnet}}}0/{{{(_options.HasManyAddresses ? 20 : 24)}}}"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
              {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}{{{firewall}}}]}
            """);
    }
}
