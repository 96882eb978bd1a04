namespace Pods.Manifests;

/// <summary>One file of a volume that podsd writes.</summary>
/// <param name="Path">Below the volume, without dots.</param>
public sealed record VolumeFile(string Path, byte[] Content, int Mode);
