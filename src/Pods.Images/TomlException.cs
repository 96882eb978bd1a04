namespace Pods.Images;

/// <summary>A file is not TOML, or not the part of TOML that hosts.toml uses.</summary>
internal sealed class TomlException(int line, string problem) : Exception($"line {line}: {problem}")
{
    public int Line { get; } = line;
}
