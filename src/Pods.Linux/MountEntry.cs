namespace Pods.Linux;

/// <summary>One line of mountinfo.</summary>
public sealed record MountEntry(
    int Id, int ParentId, string Root, string Target, string Options, string Propagation, string Type, string Source, string SuperOptions)
{
    // 36 35 98:0 /root /target rw,noatime shared:1 master:2 - ext4 /dev/root rw,errors=continue
    internal static MountEntry? Parse(string line)
    {
        string[] fields = line.Split(' ');
        int separator = Array.IndexOf(fields, "-");
        if (separator < 6 || fields.Length < separator + 4) return null;
        return new(int.Parse(fields[0]), int.Parse(fields[1]), Unescape(fields[3]), Unescape(fields[4]), fields[5],
            string.Join(' ', fields[6..separator]), fields[separator + 1], Unescape(fields[separator + 2]), fields[separator + 3]);
    }

    // Blanks and backslashes in names are three octal digits.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        return text.Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\");
    }
}
