using Google.Protobuf.WellKnownTypes;

namespace Pods.Containerd;

/// <summary>A task to be made of a container.</summary>
public sealed record TaskCreation
{
    public required string ContainerId { get; init; }
    public IReadOnlyList<SnapshotMount> Rootfs { get; init; } = [];
    public string Stdin { get; init; } = "";
    public string Stdout { get; init; } = "";
    public string Stderr { get; init; } = "";
    public bool Terminal { get; init; }
    public Any? Options { get; init; }
    /// <summary>The absolute path of the shim, where the container's runtime names only a type.</summary>
    public string RuntimePath { get; init; } = "";
}
