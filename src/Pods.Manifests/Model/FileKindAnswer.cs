namespace Pods.Manifests;

/// <summary>What a path in a container is: Directory, File, or nothing.</summary>
public sealed record FileKindAnswer(string? Kind);
