namespace Pods.Images;

/// <summary>One line "key = value" of a TOML file, with the table it stands in.</summary>
internal sealed record TomlEntry(IReadOnlyList<string> Table, string Key, object Value, int Line);
