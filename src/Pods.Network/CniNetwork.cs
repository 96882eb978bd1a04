using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pods.Network;

/// <summary>A network configuration list, kept as it was written: plugins read keys that Pods does not know.</summary>
internal sealed class CniNetwork
{
    // 0.3.0 differs from 0.3.1 only in a rule about the order of results that Pods does not rely on.
    private static readonly Version Oldest = new(0, 3, 0), Newest = new(1, 1, 0);

    private CniNetwork(JsonObject configuration, string name, IReadOnlyList<Version> offered, IReadOnlyList<JsonObject> plugins) =>
        (Configuration, Name, OfferedVersions, Plugins) = (configuration, name, offered, plugins);

    public JsonObject Configuration { get; }
    public string Name { get; }

    /// <summary>Those that Pods speaks, newest first; since 1.1 a list may offer several.</summary>
    public IReadOnlyList<Version> OfferedVersions { get; }
    public Version SpecVersion => OfferedVersions[0];
    public IReadOnlyList<JsonObject> Plugins { get; }

    public bool IsCheckable => SpecVersion >= new Version(0, 4, 0) && !Flag("disableCheck");
    public bool MapsHostPorts => Plugins.Any(MapsPorts);
    public bool CollectsGarbage => SpecVersion >= new Version(1, 1, 0) && !Flag("disableGC");

    /// <summary>The bridge of podsd's own network; one that the operator configured, its firewall too, is the operator's.</summary>
    public bool IsOwn => Plugins[0]["bridge"] is JsonValue bridge && bridge.TryGetValue(out string? name) && name == CniNetworks.OwnBridge;

    /// <summary>Whether DEL gets the result of ADD, which came with 0.4.0.</summary>
    public bool DeletesByResult => SpecVersion >= new Version(0, 4, 0);

    /// <param name="json">A list, or one plugin's configuration, which is a list of one.</param>
    /// <param name="source">Names it in errors.</param>
    /// <exception cref="CniException">It is none of both.</exception>
    public static CniNetwork Parse(string json, string source)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(json, documentOptions: new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            Visit(node);
            return Of(node as JsonObject ?? throw Bad(source, "is no JSON object"), source);
        }
        catch (JsonException e)
        {
            throw Bad($"{source}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}", "is not valid JSON", e);
        }
        catch (ArgumentException e)
        {
            throw Bad(source, "has a key twice", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw Bad(source, "has a value of the wrong type", e);
        }
    }

    public static bool MapsPorts(JsonObject plugin) => plugin["capabilities"] is JsonObject capabilities
        && capabilities["portMappings"] is JsonValue wanted && wanted.TryGetValue(out bool isWanted) && isWanted;

    /// <summary>The same network with one version only.</summary>
    public CniNetwork In(Version version)
    {
        JsonObject configuration = Configuration.DeepClone().AsObject();
        configuration.Remove("cniVersions");
        configuration["cniVersion"] = version.ToString();
        return Of(configuration, Name);
    }

    public static CniNetwork Of(JsonObject configuration, string source)
    {
        string name = (string?)configuration["name"] is { Length: > 0 } given ? given : throw Bad(source, "name is missing");
        JsonObject[] plugins = configuration["plugins"] switch
        {
            JsonArray { Count: > 0 } list => [.. list.Select(item => item as JsonObject ?? throw Bad(source, "plugins must be objects"))],
            null when configuration["type"] is not null => [configuration],
            _ => throw Bad(source, "plugins are missing"),
        };
        if (plugins.FirstOrDefault(plugin => (string?)plugin["type"] is not { Length: > 0 } type || type.Contains('/')) is { } nameless)
            throw Bad(source, $"plugin type \"{(string?)nameless["type"]}\" is no name of a program");
        return new(configuration, name, Offered(configuration, source), plugins);
    }

    private static Version[] Offered(JsonObject configuration, string source)
    {
        string[] offered = [(string?)configuration["cniVersion"] ?? "",
            .. (configuration["cniVersions"] as JsonArray ?? []).Select(version => (string?)version ?? "")];
        Version[] known =
        [
            .. offered.Where(text => text.Length > 0)
                .Select(text => Version.TryParse(text, out Version? version) ? version : throw Bad(source, $"cniVersion \"{text}\" is no version"))
                .Where(version => version >= Oldest && version <= Newest)
                .Distinct()
                .OrderDescending(),
        ];
        return known.Length > 0 ? known : throw Bad(source, $"cniVersion \"{offered[0]}\" is not between {Oldest} and {Newest}");
    }

    // Objects are read when they are first used, and only then complain about a key that is there twice.
    private static void Visit(JsonNode? node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject map => map.Select(entry => entry.Value),
            JsonArray list => list,
            _ => [],
        };
        foreach (JsonNode? child in children)
            Visit(child);
    }

    private bool Flag(string key) => Configuration[key] switch
    {
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        // Some configuration lists in the field have it quoted, and libcni accepts that.
        JsonValue value when value.TryGetValue(out string? text) => text == "true",
        _ => false,
    };

    private static CniException Bad(string source, string reason, Exception? cause = null) =>
        new($"cni network {source}: {reason}", cause);
}
