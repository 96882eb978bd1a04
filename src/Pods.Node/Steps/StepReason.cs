namespace Pods.Node;

/// <summary>The kubelet's one-word reasons, which a pod's status and those who wait for it read.</summary>
internal static class StepReason
{
    public const string CreateContainerConfigError = nameof(CreateContainerConfigError);
    public const string ErrImageNeverPull = nameof(ErrImageNeverPull);
    public const string ErrImagePull = nameof(ErrImagePull);
    public const string FailedCreatePodSandBox = nameof(FailedCreatePodSandBox);
    public const string FailedKillPod = nameof(FailedKillPod);
    public const string FailedMount = nameof(FailedMount);
    public const string InvalidImageName = nameof(InvalidImageName);
    public const string ResizeFailed = nameof(ResizeFailed);
    public const string RunContainerError = nameof(RunContainerError);
}
