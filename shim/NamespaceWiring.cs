using System.Text;
using System.Text.Json;

namespace Pods.Shim;

/// <summary>
/// Gives a container's config.json the paths of its pod's namespaces, at Create. Pure: only the missing paths are
/// spliced in, every other byte stays as the client wrote it.
/// </summary>
internal static class NamespaceWiring
{
    private readonly record struct Splice(int Start, int Length, byte[] Text);

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
        List<Splice> splices = Walk(config, kind => paths.GetValueOrDefault(kind));
        return splices.Count == 0 ? null : Apply(config, splices);
    }

    private static List<Splice> Walk(ReadOnlySpan<byte> config, Func<string, string?> pathFor)
    {
        List<Splice> splices = [];
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

    private static void ReadNamespaces(ref Utf8JsonReader reader, Func<string, string?> pathFor, List<Splice> splices)
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
            string quoted = $"\"{JsonEncodedText.Encode(path)}\"";
            splices.Add(emptyPath is { } empty
                ? new(empty.Start, empty.Length, Encoding.UTF8.GetBytes(quoted))
                : new((int)reader.TokenStartIndex, 0, Encoding.UTF8.GetBytes($",\"path\":{quoted}")));
        }
    }

    private static byte[] Apply(ReadOnlySpan<byte> config, List<Splice> splices)
    {
        byte[] changed = new byte[config.Length + splices.Sum(s => s.Text.Length - s.Length)];
        int from = 0, to = 0;
        foreach (Splice splice in splices)
        {
            config[from..splice.Start].CopyTo(changed.AsSpan(to));
            to += splice.Start - from;
            splice.Text.CopyTo(changed.AsSpan(to));
            to += splice.Text.Length;
            from = splice.Start + splice.Length;
        }
        config[from..].CopyTo(changed.AsSpan(to));
        return changed;
    }
}
