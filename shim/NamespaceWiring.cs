using System.Text;
using System.Text.Json;

namespace Pods.Shim;

/// <summary>
/// Gives a container's config.json the paths of its pod's namespaces, at Create. Pure: only the missing paths are
/// spliced in, every other byte stays as the client wrote it.
/// </summary>
internal static class NamespaceWiring
{
    /// <summary>The kinds that config.json lists without a path, and that so ask for a namespace of the pod or of their own.</summary>
    public static IReadOnlyList<string> Unwired(ReadOnlySpan<byte> config)
    {
        List<string> kinds = [];
        Walk(config, kind =>
        {
            kinds.Add(kind);
            return null;
        });
        return kinds;
    }

    /// <summary>The changed document, or null when nothing was missing that <paramref name="paths"/> has.</summary>
    public static byte[]? Wire(ReadOnlySpan<byte> config, IReadOnlyDictionary<string, string> paths)
    {
        List<JsonSplice> splices = Walk(config, kind => paths.GetValueOrDefault(kind));
        return splices.Count == 0 ? null : JsonSplice.Apply(config, splices);
    }

    private static List<JsonSplice> Walk(ReadOnlySpan<byte> config, Func<string, string?> pathFor)
    {
        List<JsonSplice> splices = [];
        Utf8JsonReader reader = new(config);
        if (!Json.EnterObject(ref reader))
            return splices;
        while (Json.NextProperty(ref reader))
        {
            if (!reader.ValueTextEquals("linux"u8) || !Json.EnterObject(ref reader))
            {
                Json.SkipValue(ref reader);
                continue;
            }
            while (Json.NextProperty(ref reader))
            {
                if (reader.ValueTextEquals("namespaces"u8) && Json.EnterArray(ref reader))
                    ReadNamespaces(ref reader, pathFor, splices);
                else
                    Json.SkipValue(ref reader);
            }
        }
        return splices;
    }

    private static void ReadNamespaces(ref Utf8JsonReader reader, Func<string, string?> pathFor, List<JsonSplice> splices)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string kind = "";
            bool hasPath = false;
            (int Start, int Length)? emptyPath = null;
            while (Json.NextProperty(ref reader))
            {
                bool isKind = reader.ValueTextEquals("type"u8);
                bool isPath = reader.ValueTextEquals("path"u8);
                reader.Read();
                if (isKind)
                    kind = Json.Text(ref reader);
                else if (isPath && Json.Text(ref reader).Length > 0)
                    hasPath = true;
                else if (isPath)
                    emptyPath = ((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
                else
                    reader.Skip();
            }
            if (hasPath || pathFor(kind) is not { } path)
                continue;
            string quoted = Json.Quote(path);
            splices.Add(emptyPath is { } empty
                ? new(empty.Start, empty.Length, Encoding.UTF8.GetBytes(quoted))
                : new((int)reader.TokenStartIndex, 0, Encoding.UTF8.GetBytes($",\"path\":{quoted}")));
        }
    }
}
