namespace Pods.Node;

/// <summary>A command to be run in a container.</summary>
public sealed record ExecRequest
{
    public string? Container { get; init; }
    public required IReadOnlyList<string> Command { get; init; }
    public bool Stdin { get; init; }
    public bool Stdout { get; init; } = true;
    public bool Stderr { get; init; } = true;
    public bool Tty { get; init; }
    /// <summary>Of the terminal, from the first moment on.</summary>
    public (int Width, int Height)? Size { get; init; }
}
