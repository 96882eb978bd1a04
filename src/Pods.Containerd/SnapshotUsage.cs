namespace Pods.Containerd;

/// <summary>Bytes and inodes.</summary>
public sealed record SnapshotUsage(long Size, long Inodes);
