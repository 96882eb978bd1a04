namespace Pods.Shim;

/// <summary>A checkpoint failed; the container is as it was before.</summary>
/// <param name="lastWords">Of CRIU, which knows more than the OCI runtime.</param>
internal sealed class CheckpointException(string containerId, string? lastWords, RuncException cause)
    : Exception($"checkpoint container \"{containerId}\": {cause.Message}{(lastWords is null ? "" : $": {lastWords}")}", cause)
{
    public RuncFailure Failure => cause.Failure;
}
