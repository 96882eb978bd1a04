namespace Pods.Containerd;

/// <summary>One more process to be made in a running container.</summary>
public sealed record ExecCreation
{
    public required string ContainerId { get; init; }
    public required string ExecId { get; init; }
    /// <summary>The OCI process as JSON.</summary>
    public required ReadOnlyMemory<byte> Process { get; init; }
    public string Stdin { get; init; } = "";
    public string Stdout { get; init; } = "";
    public string Stderr { get; init; } = "";
    public bool Terminal { get; init; }
}
