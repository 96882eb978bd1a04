namespace Pods.Shim;

/// <summary>What a failure of the OCI runtime means to a caller.</summary>
internal enum RuncFailure
{
    Other,
    /// <summary>There is no such container, or no process in it that could take the signal.</summary>
    Gone,
    NotRunning,
    AlreadyExists,
}

/// <summary>One operation of the OCI runtime failed; the container is as it was before.</summary>
internal sealed class RuncException(string verb, int exitStatus, string? lastError)
    // Docker, kubelet and containerd's tests look for the runtime's own words at the end of this sentence.
    : Exception($"OCI runtime {verb} failed: {lastError ?? $"exit status {exitStatus}"}")
{
    public RuncFailure Failure { get; } = RuncLog.Meaning(lastError ?? "");
}
