namespace Pods.Linux;

/// <summary>A process that we spawned. Its exit is kept for whoever asks, however late.</summary>
public sealed record Child(int Pid, Task<Exit> Exited);
