namespace Pods.Network;

/// <summary>A network could not be read, or a plugin could not do what it was asked; nothing else is affected.</summary>
public sealed class CniException(string message, Exception? cause = null) : Exception(message, cause);
