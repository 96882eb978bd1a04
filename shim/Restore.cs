namespace Pods.Shim;

/// <summary>
/// A container that was created from a checkpoint: until its start there is nothing but a root file system, into which containerd
/// may still unpack what the checkpointed container had written, and streams.
/// </summary>
/// <param name="ParentPath">Of an earlier checkpoint that this one is a difference to; empty for none.</param>
internal sealed record Restore(string ImagePath, string ParentPath, string WorkPath);
