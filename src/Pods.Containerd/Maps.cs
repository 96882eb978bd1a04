using Google.Protobuf.Collections;

namespace Pods.Containerd;

internal static class Maps
{
    /// <summary>For a collection initializer: a protobuf map takes another map whole, but not a read-only dictionary.</summary>
    public static MapField<string, T> Of<T>(IReadOnlyDictionary<string, T> entries)
    {
        MapField<string, T> map = [];
        foreach (var (key, value) in entries)
            map.Add(key, value);
        return map;
    }
}
