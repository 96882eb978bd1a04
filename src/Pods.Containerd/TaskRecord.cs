namespace Pods.Containerd;

/// <summary>A task, or an exec of one, as its shim reports it.</summary>
public sealed record TaskRecord(
    string ContainerId, string ExecId, int Pid, ProcessStatus Status, int ExitStatus, DateTimeOffset? ExitedAt,
    string Stdin, string Stdout, string Stderr, bool Terminal);
