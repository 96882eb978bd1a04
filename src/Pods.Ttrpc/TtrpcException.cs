namespace Pods.Ttrpc;

/// <summary>The connection is finished: the peer is gone, or said what the protocol does not allow.</summary>
public sealed class TtrpcException(string message, Exception? cause = null) : Exception(message, cause);
