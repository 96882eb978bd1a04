namespace Pods.Containerd;

/// <summary>A part of containerd; <c>Exports["root"]</c> is where it keeps its files. One with an error did not start.</summary>
public sealed record ContainerdPlugin(string Type, string Id, IReadOnlyDictionary<string, string> Exports, string? Error);
