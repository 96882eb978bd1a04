using System.Text.Json.Nodes;
using Pods.Linux;

namespace Pods.Network;

/// <summary>One attachment and the plugins of its network: ADD in their order, DEL in the opposite one.</summary>
internal sealed class CniChain(CniPlugins plugins, Attachment attachment, CniNetwork network)
{
    /// <param name="answered">Gets each plugin's result before the next one runs.</param>
    public async Task AddAsync(Action<JsonObject> answered, CancellationToken cancel)
    {
        JsonObject? result = null;
        foreach (JsonObject plugin in network.Plugins)
        {
            result = await RunAsync(plugin, "ADD", result, cancel)
                ?? throw new CniException($"cni plugin {(string?)plugin["type"]}: ADD: no result");
            answered(result);
        }
    }

    public async Task CheckAsync(CancellationToken cancel)
    {
        foreach (JsonObject plugin in network.Plugins)
            await RunAsync(plugin, "CHECK", attachment.Result, cancel);
    }

    /// <summary>Asks every plugin, also after one has failed: what can be released is released.</summary>
    /// <exception cref="CniException">The first failure.</exception>
    public async Task DeleteAsync(CancellationToken cancel)
    {
        CniException? first = null;
        foreach (JsonObject plugin in network.Plugins.Reverse())
        {
            // It was missing when the chain was set up, or nothing was: a pod must not wait for a plugin that never ran.
            if (!attachment.IsComplete && !plugins.Has((string)plugin["type"]!))
                continue;
            try
            {
                await RunAsync(plugin, "DEL", network.DeletesByResult ? attachment.Result : null, cancel);
            }
            catch (CniException e)
            {
                first ??= e;
            }
        }
        if (first is not null)
            throw first;
    }

    /// <summary>A plugin's configuration as the specification derives it from its list ("Deriving execution configuration").</summary>
    internal static JsonObject Derive(CniNetwork network, JsonObject plugin, IReadOnlyList<PortMapping> ports, JsonObject? previous)
    {
        JsonObject derived = plugin.DeepClone().AsObject();
        derived["name"] = network.Name;
        derived["cniVersion"] = network.SpecVersion.ToString();
        if (ports.Count > 0 && CniNetwork.MapsPorts(plugin))
            derived["runtimeConfig"] = new JsonObject { ["portMappings"] = new JsonArray([.. ports.Select(Mapping)]) };
        derived.Remove("capabilities");
        if (previous is not null)
            derived["prevResult"] = previous.DeepClone();
        return derived;
    }

    // A pin that lost its mount is an ordinary file, over which plugins would stumble for ever.
    private static bool IsNamespace(string path)
    {
        const long namespaceFileSystem = 0x6e736673;   // NSFS_MAGIC
        return File.Exists(path) && (long)Files.Space(path).Type == namespaceFileSystem;
    }

    private static JsonNode Mapping(PortMapping port)
    {
        JsonObject mapping = new()
        {
            ["hostPort"] = port.HostPort,
            ["containerPort"] = port.ContainerPort,
            ["protocol"] = port.Protocol.ToLowerInvariant(),
        };
        if (port.HostIP.Length > 0)
            mapping["hostIP"] = port.HostIP;
        return mapping;
    }

    private Task<JsonObject?> RunAsync(JsonObject plugin, string command, JsonObject? previous, CancellationToken cancel)
    {
        PodNetworkRequest pod = attachment.Request;
        Dictionary<string, string> parameters = new()
        {
            ["CNI_CONTAINERID"] = pod.SandboxId,
            // A namespace that is gone has nothing left to undo inside it; plugins still release what they hold outside.
            ["CNI_NETNS"] = command != "DEL" || IsNamespace(pod.NetworkNamespace) ? pod.NetworkNamespace : "",
            ["CNI_IFNAME"] = attachment.Interface,
            ["CNI_ARGS"] = $"IgnoreUnknown=1;K8S_POD_NAMESPACE={pod.PodNamespace};K8S_POD_NAME={pod.PodName}"
                + $";K8S_POD_INFRA_CONTAINER_ID={pod.SandboxId};K8S_POD_UID={pod.PodUid}",
        };
        return plugins.RunAsync((string)plugin["type"]!, command, parameters, Derive(network, plugin, pod.Ports, previous), cancel);
    }
}
