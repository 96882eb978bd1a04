using System.Text.Json;

namespace Pods.Shim;

/// <summary>The OCI process that a client sends with Exec.</summary>
internal static class ExecSpec
{
    /// <summary>The same document with the request's word on the terminal, which overrides the document's own.</summary>
    public static byte[] WithTerminal(ReadOnlySpan<byte> process, bool hasTerminal)
    {
        byte[] word = hasTerminal ? "true"u8.ToArray() : "false"u8.ToArray();
        Utf8JsonReader reader = new(process);
        if (!Json.EnterObject(ref reader))
            throw new FormatException("exec: the process is not a JSON object");
        int start = (int)reader.BytesConsumed;
        bool isEmpty = true;
        while (Json.NextProperty(ref reader))
        {
            isEmpty = false;
            if (reader.ValueTextEquals("terminal"u8))
            {
                reader.Read();
                int at = (int)reader.TokenStartIndex;
                reader.Skip();
                return JsonSplice.Apply(process, [new(at, (int)reader.BytesConsumed - at, word)]);
            }
            reader.Skip();
        }
        byte[] member = [.. "\"terminal\":"u8, .. word, .. isEmpty ? ""u8 : ","u8];
        return JsonSplice.Apply(process, [new(start, 0, member)]);
    }
}
