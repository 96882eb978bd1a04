namespace Pods.Containerd;

/// <summary>How a process ended: its exit code, or 128 and the signal.</summary>
public sealed record ProcessExit(int Pid, int Status, DateTimeOffset At);
