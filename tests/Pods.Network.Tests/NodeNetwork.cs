using System.Net;
using System.Text.Json.Nodes;
using Pods.Linux;
using Pods.TestKit;

namespace Pods.Network.Tests;

/// <summary>A network of its own (bridge, subnet, address store) on real plugins, all gone afterwards.</summary>
internal sealed class NodeNetwork : IAsyncDisposable
{
    private static int _last = Environment.ProcessId % 200;

    private readonly ScratchDirectory _scratch = new();
    private readonly List<string> _namespaces = [];
    private readonly int _number = Interlocked.Increment(ref _last) % 250;

    public NodeNetwork(Action<JsonObject>? change = null)
    {
        Requires.Root();
        Requires.Programs("iptables", "ip");
        Skip.IfNot(File.Exists("/usr/lib/cni/bridge"), "no CNI plugins in /usr/lib/cni");
        Options = new()
        {
            ConfigurationDirectory = _scratch.File("net.d"),
            CacheDirectory = _scratch.File("cache"),
            PluginDirectories = [_scratch.File("bin"), "/usr/lib/cni"],
        };
        Directory.CreateDirectory(Options.ConfigurationDirectory);
        Directory.CreateDirectory(_scratch.File("bin"));
        JsonObject list = JsonNode.Parse($$$"""
            {"cniVersion":"1.0.0","name":"{{{Bridge}}}","plugins":[
              {"type":"bridge","bridge":"{{{Bridge}}}","isGateway":true,"ipMasq":true,"hairpinMode":true,"ipam":{
                "type":"host-local","dataDir":"{{{Addresses}}}","ranges":[[{"subnet":"{{{Subnet}}}0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
              {"type":"portmap","capabilities":{"portMappings":true}}]}
            """)!.AsObject();
        change?.Invoke(list);
        File.WriteAllText(Path.Combine(Options.ConfigurationDirectory, "10-test.conflist"), list.ToJsonString());
        Network = new(Options);
    }

    public NetworkOptions Options { get; }
    public PodNetwork Network { get; }
    public string Bridge => $"pt{Environment.ProcessId % 10_000}n{_number}";
    public string Subnet => $"10.253.{_number}.";
    public string Addresses => _scratch.File("ipam");

    public PodNetworkRequest NewPod(string id, params PortMapping[] ports)
    {
        string pin = _scratch.File("ns-" + id);
        Namespaces.CreateNetwork(pin);
        _namespaces.Add(pin);
        return new() { SandboxId = id, NetworkNamespace = pin, PodName = id, PodNamespace = "default", PodUid = "uid-" + id, Ports = ports };
    }

    /// <summary>A plugin of the test's own: a shell script.</summary>
    public void WritePlugin(string name, string script)
    {
        string path = Path.Combine(_scratch.File("bin"), name);
        File.WriteAllText(path, "#!/bin/sh\n" + script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public IReadOnlyList<string> LeasedAddresses() => !Directory.Exists(Path.Combine(Addresses, Bridge)) ? [] :
    [
        .. Directory.EnumerateFiles(Path.Combine(Addresses, Bridge))
            .Select(path => Path.GetFileName(path))
            .Where(name => IPAddress.TryParse(name, out _)),
    ];

    public async Task<string> FirewallAsync(string needle) => string.Join('\n',
        (await Command.RunAsync("iptables-save", [])).Output.Split('\n').Where(line => line.Contains(needle)));

    public async ValueTask DisposeAsync()
    {
        foreach (string sandbox in Network.CachedSandboxes())
            await Network.TearDownAsync(sandbox, null, CancellationToken.None);
        _namespaces.ForEach(Namespaces.Unpin);
        await Command.RunAsync("ip", ["link", "delete", Bridge]);
        _scratch.Dispose();
    }
}
