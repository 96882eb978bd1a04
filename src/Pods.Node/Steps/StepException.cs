namespace Pods.Node;

/// <summary>A step that cannot be done now: the reason that the pod's status shows, and a sentence.</summary>
internal sealed class StepException(string reason, string message, Exception? cause = null) : Exception(message, cause)
{
    public string Reason { get; } = reason;
}
