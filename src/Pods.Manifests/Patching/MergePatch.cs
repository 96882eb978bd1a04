using System.Text.Json.Nodes;

namespace Pods.Manifests;

/// <summary>JSON merge patch (RFC 7396): objects are merged, null removes, everything else, lists too, replaces.</summary>
public static class MergePatch
{
    /// <param name="target">Changed, where it is an object.</param>
    /// <param name="patch">Left as it is.</param>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        JsonObject result = target as JsonObject ?? [];
        foreach ((string key, JsonNode? value) in changes)
        {
            if (value is null)
                result.Remove(key);
            else
                Set(result, key, Apply(result[key], value));
        }
        return result;
    }

    internal static void Set(JsonObject target, string key, JsonNode? value)
    {
        // A node that is there already may not be given a parent again.
        if (!ReferenceEquals(target[key], value))
            target[key] = value;
    }
}
