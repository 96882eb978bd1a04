namespace Pods.Manifests;

/// <summary>This container cannot be made as the pod wants it; the message says why, in one sentence for the pod's status.</summary>
public sealed class SpecException(string message) : Exception(message);
