namespace Pods.Manifests;

/// <summary>Where on the host a volume mount of a container comes from.</summary>
/// <param name="Path">With the subPath resolved.</param>
/// <param name="IsReadOnly">Whatever the manifest says: the volume itself can only be read.</param>
/// <param name="IsData">Nothing in it is to be run.</param>
public sealed record MountSource(string Path, bool IsReadOnly = false, bool IsData = false);
