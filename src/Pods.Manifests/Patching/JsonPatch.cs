using System.Globalization;
using System.Text.Json.Nodes;

namespace Pods.Manifests;

/// <summary>JSON Patch, RFC 6902: a list of operations, of which either all are done or none.</summary>
public static class JsonPatch
{
    /// <returns>Another tree; the target stays as it is.</returns>
    /// <exception cref="FormatException">An operation is malformed, leads nowhere, or is a test that fails.</exception>
    public static JsonNode Apply(JsonNode target, JsonArray operations)
    {
        // Below a root of our own: the whole document is a place like any other.
        JsonObject root = new() { ["document"] = target.DeepClone() };
        foreach (JsonNode? operation in operations)
            Apply(root, operation as JsonObject ?? throw new FormatException("an operation is no object"));
        return root["document"]?.DeepClone() ?? throw new FormatException("nothing is left");
    }

    private static void Apply(JsonObject root, JsonObject operation)
    {
        string kind = Text(operation, "op"), path = Text(operation, "path");
        switch (kind)
        {
            case "add":
                Add(root, path, Value(operation));
                break;
            case "remove":
                Remove(root, path);
                break;
            case "replace":
                JsonNode? value = Value(operation);
                Remove(root, path);
                Add(root, path, value);
                break;
            case "move":
                Add(root, path, Remove(root, Text(operation, "from")));
                break;
            case "copy":
                Add(root, path, Find(root, Text(operation, "from"))?.DeepClone());
                break;
            case "test":
                if (!JsonNode.DeepEquals(Find(root, path), Value(operation)))
                    throw new FormatException($"testing path {path} failed");
                break;
            default:
                throw new FormatException($"unknown operation \"{kind}\"");
        }
    }

    private static void Add(JsonObject root, string path, JsonNode? value)
    {
        var (parent, name) = Place(root, path);
        if (parent is JsonObject map)
            map[name] = value;
        else if (parent is JsonArray list && (name == "-" ? list.Count : Index(name)) is { } at && at >= 0 && at <= list.Count)
            list.Insert(at, value);
        else
            throw Missing(path);
    }

    private static JsonNode? Remove(JsonObject root, string path)
    {
        JsonNode? found = Find(root, path);
        var (parent, name) = Place(root, path);
        if (parent is JsonObject map)
            map.Remove(name);
        else
            ((JsonArray)parent!).RemoveAt(Index(name)!.Value);
        return found;
    }

    /// <summary>What is there, be it null.</summary>
    private static JsonNode? Find(JsonObject root, string path)
    {
        var (parent, name) = Place(root, path);
        if (parent is JsonObject map && map.TryGetPropertyValue(name, out JsonNode? found))
            return found;
        return parent is JsonArray list && Index(name) is { } at && at >= 0 && at < list.Count ? list[at] : throw Missing(path);
    }

    /// <summary>RFC 6901: words between slashes, in which ~1 is a slash and ~0 a tilde.</summary>
    private static (JsonNode? Parent, string Name) Place(JsonObject root, string path)
    {
        if (path.Length > 0 && path[0] != '/')
            throw new FormatException($"path \"{path}\" does not begin with a slash");
        string[] words = ["document", .. path.Split('/').Skip(1).Select(w => w.Replace("~1", "/").Replace("~0", "~"))];
        JsonNode? parent = root;
        foreach (string word in words.SkipLast(1))
            parent = parent switch
            {
                JsonObject map => map[word],
                JsonArray list when Index(word) is { } at && at >= 0 && at < list.Count => list[at],
                _ => throw Missing(path),
            };
        return parent is JsonObject or JsonArray ? (parent, words[^1]) : throw Missing(path);
    }

    private static int? Index(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && (word.Length == 1 || word[0] != '0') ? index : null;

    private static string Text(JsonObject operation, string name) => operation[name] is JsonValue value && value.TryGetValue(out string? text)
        ? text : throw new FormatException($"an operation has no \"{name}\"");

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out JsonNode? value) ? value?.DeepClone() : throw new FormatException("an operation has no \"value\"");

    private static FormatException Missing(string path) => new($"the path \"{path}\" leads nowhere");
}
