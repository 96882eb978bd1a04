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
public sealed class PodNetwork(NetworkOptions options)
{
    private const string PodInterface = "eth0";

    private readonly AttachmentCache _cache = new(options.CacheDirectory);
    private readonly CniNetworks _networks = new(options);
    private readonly CniPlugins _plugins = new(options);

    public IReadOnlyList<string> CachedSandboxes() => _cache.SandboxIds();

    /// <summary>What is set up for that sandbox; null when nothing is.</summary>
    public PodNetworkResult? Find(string sandboxId) =>
        _cache.Find(sandboxId) is { Result: { } result } attachment ? Result(attachment, result) : null;

    /// <summary>Set up already: the same result again. Begun and left by a crash: undone first.</summary>
    /// <exception cref="CniException">Nothing is set up then.</exception>
    public async Task<PodNetworkResult> SetUpAsync(PodNetworkRequest request, CancellationToken cancel)
    {
        if (_cache.Find(request.SandboxId) is { } earlier)
        {
            if (earlier.Result is { } known && earlier.Request.NetworkNamespace == request.NetworkNamespace)
                return Result(earlier, known);
            await UndoAsync(request.SandboxId);
        }
        CniNetwork network = _networks.Current();
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
            JsonObject result = await new CniChain(_plugins, attachment, network).AddAsync(cancel);
            _cache.Save(attachment with { Result = result });
            return Result(attachment, result);
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
        if (networkNamespace is not null)
            attachment = attachment with { Request = attachment.Request with { NetworkNamespace = networkNamespace } };
        await ChainOf(attachment).DeleteAsync(cancel);
        _cache.Remove(sandboxId);
    }

    /// <summary>False when the sandbox is not set up, or a plugin finds that something of it is missing.</summary>
    public async Task<bool> CheckAsync(string sandboxId, CancellationToken cancel)
    {
        if (_cache.Find(sandboxId) is not { Result: not null } attachment)
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
        CniNetwork network = _networks.Current();
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
