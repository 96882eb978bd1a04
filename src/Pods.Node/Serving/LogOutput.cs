namespace Pods.Node;

/// <summary>Entries of a log become the text that a user reads: parts joined, older ones left out, no more than the limit.</summary>
internal sealed class LogOutput(PodLogRequest query, long skippedLines)
{
    private long _toSkip = skippedLines;
    private long _room = query.LimitBytes ?? long.MaxValue;
    private bool _isInLine;

    public bool IsFull => _room <= 0;

    public void Write(ReadOnlyMemory<byte> line, MemoryStream text)
    {
        if (IsFull || !LogEntry.TryParse(line, out LogEntry entry) || query.Since is { } since && entry.At < since)
            return;
        if (_toSkip > 0)
        {
            _toSkip -= entry.IsWhole ? 1 : 0;
            return;
        }
        if (query.Timestamps && !_isInLine)
        {
            Put(entry.Stamp.Span, text);
            Put(" "u8, text);
        }
        Put(entry.Text.Span, text);
        if (entry.IsWhole)
            Put("\n"u8, text);
        _isInLine = !entry.IsWhole;
    }

    private void Put(ReadOnlySpan<byte> bytes, MemoryStream text)
    {
        int count = (int)Math.Min(bytes.Length, _room);
        text.Write(bytes[..count]);
        _room -= count;
    }
}
