using System.Text.Json.Nodes;

namespace Pods.Network;

/// <summary>Finds the node's network: the first file of the configuration directory, or a bridge of our own.</summary>
internal sealed class CniNetworks(NetworkOptions options)
{
    /// <summary>Ours alone: the package's removal deletes it.</summary>
    public const string OwnBridge = "pods0";

    private const string OwnSubnet = "10.87.0.0/16";

    /// <exception cref="CniException">The first file is broken: pods on another network than the one meant would be worse.</exception>
    public CniNetwork Current()
    {
        string? file = !Directory.Exists(options.ConfigurationDirectory) ? null : Directory
            .EnumerateFiles(options.ConfigurationDirectory)
            .Where(path => Path.GetExtension(path) is ".conflist" or ".conf" or ".json")
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return file is null ? Own() : CniNetwork.Parse(File.ReadAllText(file), file);
    }

    private CniNetwork Own()
    {
        string[] subnets = (options.DefaultSubnet ?? OwnSubnet).Split(',', StringSplitOptions.TrimEntries);
        IEnumerable<JsonNode> ranges = subnets.Select(subnet => new JsonArray(new JsonObject { ["subnet"] = subnet }));
        IEnumerable<JsonNode> routes = subnets.Select(subnet => new JsonObject { ["dst"] = subnet.Contains(':') ? "::/0" : "0.0.0.0/0" });
        bool IsInstalled(string plugin) => options.PluginDirectories.Any(directory => File.Exists(Path.Combine(directory, plugin)));
        List<JsonNode> plugins =
        [
            new JsonObject
            {
                ["type"] = "bridge",
                ["bridge"] = OwnBridge,
                ["isGateway"] = true,
                ["ipMasq"] = true,
                // A pod that calls its own published port comes back through the bridge port it left by.
                ["hairpinMode"] = true,
                ["ipam"] = new JsonObject
                {
                    ["type"] = "host-local",
                    ["ranges"] = new JsonArray([.. ranges]),
                    ["routes"] = new JsonArray([.. routes]),
                },
            },
        ];
        if (IsInstalled("portmap"))
            plugins.Add(new JsonObject { ["type"] = "portmap", ["capabilities"] = new JsonObject { ["portMappings"] = true } });
        // Lets the bridge's traffic pass on hosts whose FORWARD policy is to drop; not every distribution ships it.
        if (IsInstalled("firewall"))
            plugins.Add(new JsonObject { ["type"] = "firewall" });
        JsonObject list = new()
        {
            // Plugins before 1.0 are still in the field (Ubuntu 22.04 has 0.9).
            ["cniVersions"] = new JsonArray("0.4.0", "1.0.0"),
            ["name"] = "pods",
            ["plugins"] = new JsonArray([.. plugins]),
        };
        return CniNetwork.Of(list, "of our own");
    }
}
