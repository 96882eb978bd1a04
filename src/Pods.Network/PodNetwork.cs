using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Oci;

namespace Pods.Network;

/// <summary>
/// Puts pods on the node's CNI network and takes them off it. Different sandboxes may go in parallel;
/// for one sandbox the caller does one thing at a time, as the CNI specification demands.
/// </summary>
public sealed class PodNetwork
{
    private const string PodInterface = "eth0";

    private readonly AttachmentCache _cache;
    private readonly CniNetworks _networks;
    private readonly CniPlugins _plugins;
    private readonly OrphanedPlugins _orphans;
    private readonly PublishedPorts _published;

    public PodNetwork(NetworkOptions options)
    {
        (_cache, _networks, _plugins) = (new(options.CacheDirectory), new(options), new(options));
        _orphans = new(_cache.SandboxIds(), options.Timeout);
        _published = new(CniNetworks.OwnBridge, options.Timeout);
    }

    public IReadOnlyList<string> CachedSandboxes() => _cache.SandboxIds();

    /// <summary>What is set up for that sandbox; null when nothing is.</summary>
    public PodNetworkResult? Find(string sandboxId) =>
        _cache.Find(sandboxId) is { IsComplete: true, Result: { } result } attachment ? Result(attachment, result) : null;

    /// <summary>Set up already: the same result again. Begun and left by a crash: undone first.</summary>
    /// <exception cref="CniException">Nothing is set up then.</exception>
    public async Task<PodNetworkResult> SetUpAsync(PodNetworkRequest request, CancellationToken cancel)
    {
        if (_cache.Find(request.SandboxId) is { } earlier)
        {
            if (earlier is { IsComplete: true, Result: { } known } && earlier.Request.NetworkNamespace == request.NetworkNamespace)
                return Result(earlier, known);
            await UndoAsync(request.SandboxId);
        }
        CniNetwork network = await AgreeAsync(_networks.Current(), cancel);
        if (request.Ports.Count > 0 && !network.MapsHostPorts)
            throw new CniException($"network \"{network.Name}\" cannot publish host ports: no plugin has the capability portMappings");
        Attachment attachment = new()
        {
            Request = request,
            Network = network.Configuration.DeepClone().AsObject(),
            Interface = PodInterface,
        };
        // On disk before the first plugin runs: whatever happens from here on can be undone.
        _cache.Save(attachment);
        try
        {
            JsonObject? last = null;
            await new CniChain(_plugins, attachment, network).AddAsync(
                answer =>
                {
                    last = answer;
                    _cache.Update(attachment with { Result = answer });
                },
                cancel);
            PodNetworkResult result = Result(attachment, last!);
            if (request.Ports.Count > 0 && network.IsOwn)
                foreach (bool ofIPv6 in result.Addresses.Select(address => address.Contains(':')).Distinct())
                    await _published.AllowAsync(ofIPv6, cancel);
            _cache.Update(attachment with { Result = last, IsComplete = true });
            return result;
        }
        catch (Exception e) when (e is CniException or OperationCanceledException)
        {
            await UndoAsync(request.SandboxId);
            throw;
        }
    }

    /// <summary>Releases all that the sandbox holds. Nothing known of it: nothing done.</summary>
    /// <param name="networkNamespace">Where it is pinned now, if not where it was.</param>
    /// <exception cref="CniException">Something is not released; the next attempt tries it again.</exception>
    public async Task TearDownAsync(string sandboxId, string? networkNamespace, CancellationToken cancel)
    {
        if (_cache.Find(sandboxId) is not { } attachment)
            return;
        await _orphans.EndAsync(sandboxId, cancel);
        if (networkNamespace is not null)
            attachment = attachment with { Request = attachment.Request with { NetworkNamespace = networkNamespace } };
        await ChainOf(attachment).DeleteAsync(cancel);
        _cache.Remove(sandboxId);
    }

    /// <summary>False when the sandbox is not set up, or a plugin finds that something of it is missing.</summary>
    public async Task<bool> CheckAsync(string sandboxId, CancellationToken cancel)
    {
        if (_cache.Find(sandboxId) is not { IsComplete: true } attachment)
            return false;
        if (!NetworkOf(attachment).IsCheckable)
            return true;
        try
        {
            await ChainOf(attachment).CheckAsync(cancel);
            return true;
        }
        catch (CniException)
        {
            return false;
        }
    }

    /// <summary>Tears down every sandbox but these, then lets plugins release what nobody remembers (CNI 1.1).</summary>
    public async Task CollectAsync(IReadOnlyCollection<string> validSandboxIds, CancellationToken cancel)
    {
        foreach (string stale in CachedSandboxes().Except(validSandboxIds))
            await TearDownAsync(stale, null, cancel);
        CniNetwork network = await AgreeAsync(_networks.Current(), cancel);
        if (!network.CollectsGarbage)
            return;
        foreach (JsonObject plugin in network.Plugins)
        {
            JsonObject configuration = CniChain.Derive(network, plugin, [], null);
            configuration["cni.dev/valid-attachments"] = new JsonArray([.. CachedSandboxes().Select(id =>
                (JsonNode)new JsonObject { ["containerID"] = id, ["ifname"] = PodInterface })]);
            await _plugins.RunAsync((string)plugin["type"]!, "GC", new Dictionary<string, string>(), configuration, cancel);
        }
    }

    /// <summary>Before or after an ADD, whose error is the one to report. What cannot be undone now stays in the cache for later.</summary>
    private async Task UndoAsync(string sandboxId)
    {
        try
        {
            await TearDownAsync(sandboxId, null, CancellationToken.None);
        }
        catch (CniException)
        {
            // The attachment is still cached: the next set-up or tear-down of this sandbox tries again.
        }
    }

    /// <summary>The newest version that the network offers and every plugin of it supports.</summary>
    private async Task<CniNetwork> AgreeAsync(CniNetwork network, CancellationToken cancel)
    {
        // Nothing to choose: a plugin that cannot speak it says so itself.
        if (network.OfferedVersions.Count == 1)
            return network;
        IEnumerable<Version> common = network.OfferedVersions;
        foreach (string type in network.Plugins.Select(plugin => (string)plugin["type"]!))
        {
            IReadOnlyList<string> supported = await _plugins.SupportedVersionsAsync(type, cancel);
            common = [.. common.Where(version => supported.Contains(version.ToString()))];
        }
        return network.In(common.FirstOrDefault()
            ?? throw new CniException($"network \"{network.Name}\": its plugins support none of {string.Join(", ", network.OfferedVersions)} together"));
    }

    private CniChain ChainOf(Attachment attachment) => new(_plugins, attachment, NetworkOf(attachment));

    private static CniNetwork NetworkOf(Attachment attachment) =>
        CniNetwork.Of(attachment.Network, $"of sandbox {attachment.Request.SandboxId}");

    private static PodNetworkResult Result(Attachment attachment, JsonObject result)
    {
        CniResult read = result.Deserialize(CniJson.Default.CniResult)!;
        string[] addresses =
        [
            .. (read.Ips ?? []).Where(ip => IsInPod(read, ip))
                .Select(ip => (ip.Address ?? "").Split('/')[0])
                .OrderBy(address => IPAddress.TryParse(address, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6),
        ];
        return new((string)attachment.Network["name"]!, attachment.Interface, addresses);
    }

    private static bool IsInPod(CniResult result, CniAddress ip) =>
        ip.Interface is not { } index || result.Interfaces?.ElementAtOrDefault(index) is not { } named || named.Sandbox is { Length: > 0 };
}
