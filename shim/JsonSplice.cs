namespace Pods.Shim;

/// <summary>A change of a few bytes in a JSON document whose other bytes stay as the client wrote them.</summary>
internal readonly record struct JsonSplice(int Start, int Length, byte[] Text)
{
    /// <param name="splices">In the order of their places, without overlap.</param>
    public static byte[] Apply(ReadOnlySpan<byte> document, IReadOnlyList<JsonSplice> splices)
    {
        byte[] changed = new byte[document.Length + splices.Sum(s => s.Text.Length - s.Length)];
        int from = 0, to = 0;
        foreach (JsonSplice splice in splices)
        {
            document[from..splice.Start].CopyTo(changed.AsSpan(to));
            to += splice.Start - from;
            splice.Text.CopyTo(changed.AsSpan(to));
            to += splice.Text.Length;
            from = splice.Start + splice.Length;
        }
        document[from..].CopyTo(changed.AsSpan(to));
        return changed;
    }
}
