using System.Text.Json;

namespace Pods.Oci;

/// <summary>What an OCI runtime answers to `features`.</summary>
public static class RuntimeFeatures
{
    /// <summary>Whether it mounts with mapped ids. One that is older than the feature says nothing of it, or does not know the question.</summary>
    public static bool MapsIds(string answer)
    {
        try
        {
            using JsonDocument features = JsonDocument.Parse(answer);
            JsonElement found = features.RootElement;
            foreach (string name in (string[])["linux", "mountExtensions", "idmap", "enabled"])
                if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                    return false;
            return found.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
