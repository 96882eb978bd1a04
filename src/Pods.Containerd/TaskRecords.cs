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

/// <summary>containerd's words for where a process stands.</summary>
public enum ProcessStatus
{
    Unknown,
    Created,
    Running,
    Stopped,
    Paused,
    Pausing,
}

/// <summary>A task, or an exec of one, as its shim reports it.</summary>
public sealed record TaskRecord(
    string ContainerId, string ExecId, int Pid, ProcessStatus Status, int ExitStatus, DateTimeOffset? ExitedAt,
    string Stdin, string Stdout, string Stderr, bool Terminal);

/// <summary>How a process ended: its exit code, or 128 and the signal.</summary>
public sealed record ProcessExit(int Pid, int Status, DateTimeOffset At);

/// <summary>A task's figures: io.containerd.cgroups.v1.Metrics or v2.</summary>
public sealed record TaskMetric(string Id, DateTimeOffset At, Any Figures);
