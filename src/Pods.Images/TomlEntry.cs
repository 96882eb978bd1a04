namespace Pods.Images;

/// <summary>One line "key = value" of a TOML file, with the table it stands in.</summary>
internal sealed record TomlEntry(IReadOnlyList<string> Table, string Key, object Value, int Line);

/// <summary>A file is not TOML, or not the part of TOML that hosts.toml uses.</summary>
internal sealed class TomlException(int line, string problem) : Exception($"line {line}: {problem}")
{
    public int Line { get; } = line;
}
