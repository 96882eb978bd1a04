namespace Pods.Manifests.Reading;

/// <summary>A place in a manifest, counted from 1.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>A YAML node and where it stands.</summary>
internal abstract record YamlValue(Position At);

/// <summary>A scalar; only a plain one (not quoted, no block) may stand for a number, a boolean or null.</summary>
internal sealed record YamlScalar(string Text, bool IsPlain, Position At) : YamlValue(At)
{
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL" && IsPlain;
}

internal sealed record YamlList(IReadOnlyList<YamlValue> Items, Position At) : YamlValue(At);

/// <summary>Entries in the order of the file; a key that occurs twice is there twice.</summary>
internal sealed record YamlMap(IReadOnlyList<YamlEntry> Entries, Position At) : YamlValue(At)
{
    public YamlValue? Find(string key) => Entries.FirstOrDefault(e => e.Key == key)?.Value;
}

internal sealed record YamlEntry(string Key, Position At, YamlValue Value);
