using System.Text;
using System.Text.Json;

namespace Pods.Shim;

/// <summary>
/// Gives a container's config.json the files of its pod, where nobody else has: containerd leaves them to a shim that is itself the
/// sandbox. Pure; every other byte stays as the client wrote it.
/// </summary>
internal static class MountWiring
{
    private const string SharedMemory = "/dev/shm";

    /// <param name="files">Paths in the container, and what they are on the machine.</param>
    public static byte[] Wire(ReadOnlySpan<byte> config, IReadOnlyList<(string Destination, string Source)> files)
    {
        Document document = Read(config);
        if (document.End is not { } end)
            return config.ToArray();
        List<JsonSplice> splices = [];
        StringBuilder added = new();
        foreach ((string destination, string source) in files)
        {
            Entry? there = document.Entries.Find(e => e.Destination.TrimEnd('/') == destination);
            bool isReadOnly = document.IsReadOnly && destination != SharedMemory;
            string text = $$"""{"destination":{{Json.Quote(destination)}},"type":"bind","source":{{Json.Quote(source)}},"options":["""
                + (destination == SharedMemory ? "\"nosuid\",\"noexec\",\"nodev\"," : "") + (isReadOnly ? "\"ro\"," : "") + "\"rbind\",\"rprivate\"]}";
            if (there is null)
                added.Append(document.Entries.Count > 0 || added.Length > 0 ? "," : "").Append(text);
            // A memory of its own is what a container has by default; anything else was asked for.
            else if (destination == SharedMemory && there.Type == "tmpfs")
                splices.Add(new(there.Start, there.Length, Encoding.UTF8.GetBytes(text)));
        }
        if (added.Length > 0)
            splices.Add(new(end, 0, Encoding.UTF8.GetBytes(added.ToString())));
        return JsonSplice.Apply(config, splices);
    }

    private static Document Read(ReadOnlySpan<byte> config)
    {
        Document document = new();
        Utf8JsonReader reader = new(config);
        if (!Json.EnterObject(ref reader))
            return document;
        while (Json.NextProperty(ref reader))
        {
            bool isMounts = reader.ValueTextEquals("mounts"u8), isRoot = reader.ValueTextEquals("root"u8);
            if (isMounts && Json.EnterArray(ref reader))
                ReadMounts(ref reader, document);
            else if (isRoot && Json.EnterObject(ref reader))
                ReadRoot(ref reader, document);
            else
                Json.SkipValue(ref reader);
        }
        return document;
    }

    private static void ReadRoot(ref Utf8JsonReader reader, Document document)
    {
        while (Json.NextProperty(ref reader))
        {
            bool isReadOnly = reader.ValueTextEquals("readonly"u8);
            reader.Read();
            document.IsReadOnly |= isReadOnly && reader.TokenType == JsonTokenType.True;
            reader.Skip();
        }
    }

    private static void ReadMounts(ref Utf8JsonReader reader, Document document)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            int start = (int)reader.TokenStartIndex;
            string destination = "", type = "";
            while (Json.NextProperty(ref reader))
            {
                bool isDestination = reader.ValueTextEquals("destination"u8), isType = reader.ValueTextEquals("type"u8);
                reader.Read();
                if (isDestination)
                    destination = Json.Text(ref reader);
                else if (isType)
                    type = Json.Text(ref reader);
                else
                    reader.Skip();
            }
            document.Entries.Add(new(destination, type, start, (int)reader.BytesConsumed - start));
        }
        document.End = (int)reader.TokenStartIndex;
    }

    private sealed record Entry(string Destination, string Type, int Start, int Length);

    private sealed class Document
    {
        public List<Entry> Entries { get; } = [];

        /// <summary>Where the list of mounts closes; null if there is none.</summary>
        public int? End { get; set; }

        public bool IsReadOnly { get; set; }
    }
}
