namespace Pods.Cli.Output;

/// <summary>Columns as kubectl prints them: left-aligned, three spaces apart, no borders.</summary>
internal sealed class Table(params string[] header)
{
    private const int Gap = 3;

    private readonly List<string[]> _rows = [];

    public int Count => _rows.Count;

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output, bool withHeader = true)
    {
        int[] widths = [.. header.Select((title, i) => _rows.Select(r => r[i].Length).Append(withHeader ? title.Length : 0).Max())];
        if (withHeader)
            output.WriteLine(Line(header, widths));
        foreach (string[] row in _rows)
            output.WriteLine(Line(row, widths));
    }

    private static string Line(string[] cells, int[] widths) =>
        string.Concat(cells.Select((cell, i) => i == cells.Length - 1 ? cell : cell.PadRight(widths[i] + Gap)));
}
