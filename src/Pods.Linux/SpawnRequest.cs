namespace Pods.Linux;

/// <summary>A program to run, for <see cref="Children.Spawn"/>.</summary>
public sealed record SpawnRequest
{
    /// <summary>An absolute path, or a name to look up on our own PATH.</summary>
    public required string File { get; init; }

    /// <summary>All of argv, the name first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment; null passes ours on.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>The child's numbers and our files behind them; 0, 1 and 2 are /dev/null where not listed.</summary>
    public IReadOnlyDictionary<int, FileDescriptor> Descriptors { get; init; } = new Dictionary<int, FileDescriptor>();

    public ProcessGroup Group { get; init; }
}
