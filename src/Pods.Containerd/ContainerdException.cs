using Grpc.Core;

namespace Pods.Containerd;

/// <summary>One call to containerd failed; the client stays usable, also when containerd is gone and comes back.</summary>
public sealed class ContainerdException(string operation, StatusCode code, string detail, Exception? cause = null)
    : Exception($"{operation}: {detail}", cause)
{
    public StatusCode Code { get; } = code;

    /// <summary>containerd is not there, or the connection to it broke: the same call can succeed later.</summary>
    public bool IsUnavailable => Code is StatusCode.Unavailable;
}
