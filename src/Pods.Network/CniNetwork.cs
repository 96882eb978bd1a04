using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pods.Network;

/// <summary>A network configuration list, kept as it was written: plugins read keys that Pods does not know.</summary>
internal sealed class CniNetwork
{
    // 0.3.0 differs from 0.3.1 only in a rule about the order of results that Pods does not rely on.
    private static readonly Version Oldest = new(0, 3, 0), Newest = new(1, 1, 0);

    private CniNetwork(JsonObject configuration, string name, Version version, IReadOnlyList<JsonObject> plugins) =>
        (Configuration, Name, SpecVersion, Plugins) = (configuration, name, version, plugins);

    public JsonObject Configuration { get; }
    public string Name { get; }
    public Version SpecVersion { get; }
    public IReadOnlyList<JsonObject> Plugins { get; }

    public bool IsCheckable => SpecVersion >= new Version(0, 4, 0) && !Flag("disableCheck");
    public bool CollectsGarbage => SpecVersion >= new Version(1, 1, 0) && !Flag("disableGC");

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
            return Of(node as JsonObject ?? throw Bad(source, "is no JSON object"), source);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Bad(source, e.Message, e);
        }
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
        return new(configuration, name, Negotiate(configuration, source), plugins);
    }

    /// <summary>The newest offered version that Pods speaks; 1.1 lists may offer several.</summary>
    private static Version Negotiate(JsonObject configuration, string source)
    {
        string[] offered = [(string?)configuration["cniVersion"] ?? "",
            .. (configuration["cniVersions"] as JsonArray ?? []).Select(version => (string?)version ?? "")];
        return offered.Where(text => text.Length > 0)
            .Select(text => Version.TryParse(text, out Version? version) ? version : throw Bad(source, $"cniVersion \"{text}\" is no version"))
            .Where(version => version >= Oldest && version <= Newest)
            .Max() ?? throw Bad(source, $"cniVersion \"{offered[0]}\" is not between {Oldest} and {Newest}");
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
