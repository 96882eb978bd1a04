using Pods.Manifests;

namespace Pods.Node;

/// <summary>What the life of a pod is told as: the kubelet's reasons and sentences.</summary>
internal static class PodEvents
{
    public static void Started(this EventLog events, Pod pod, string container)
    {
        events.Tell(pod, ObjectEvent.Normal, "Created", $"Created container: {container}", container);
        events.Tell(pod, ObjectEvent.Normal, "Started", $"Started container {container}", container);
    }

    public static void Stopping(this EventLog events, Pod pod, ContainerRun run) => events.Tell(
        pod, ObjectEvent.Normal, "Killing", run.Stop?.Message ?? $"Stopping container {run.Name}", run.Name);

    public static void Warn(this EventLog events, Pod pod, string reason, string message, string? container = null) =>
        events.Tell(pod, ObjectEvent.Warning, reason, message, container);

    /// <summary>A step that failed: what keeps a container from starting is "Failed" to the kubelet, whatever its status says.</summary>
    public static void Failed(this EventLog events, Pod pod, PodStep step, string reason, string message)
    {
        string? image = step.Container is { } name ? ContainerRules.Find(pod.Spec!, name)?.Image : null;
        if (step is not (PodStep.StartContainer or PodStep.PrepareUpdate))
            events.Warn(pod, reason, message, step.Container);
        else
            events.Warn(pod, "Failed", reason == StepReason.ErrImagePull ? $"Failed to pull image \"{image}\": {message}" : $"Error: {message}",
                step.Container);
    }

    /// <summary>What the change of what is known says: a container that is held back, a sandbox that died.</summary>
    public static void Changed(this EventLog events, Pod pod, PodMemory before, PodMemory after)
    {
        foreach (ContainerRun run in after.Runs.Values)
            if (run is { Phase: RunPhase.Exited, WillRestart: true, Backoff: not null } && before.Run(run.Name)?.Phase == RunPhase.Running)
                events.Warn(pod, "BackOff", $"Back-off restarting failed container {run.Name} in pod {NameOf(pod)}", run.Name);
        bool goesOn = pod.Metadata!.DeletionTimestamp is null && PodOutcome.OfApps(pod.Spec!, after) is null;
        if (goesOn && after.Sandbox is { HasEnded: true } && before.Sandbox is { HasEnded: false })
            events.Tell(pod, ObjectEvent.Normal, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
    }

    private static string NameOf(Pod pod) => $"{pod.Metadata!.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})";
}
