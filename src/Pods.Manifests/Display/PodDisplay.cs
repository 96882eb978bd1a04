namespace Pods.Manifests;

/// <summary>The READY, STATUS and RESTARTS of a pod as <c>kubectl get</c> computes them from its status.</summary>
public static class PodDisplay
{
    public static string Ready(Pod pod)
    {
        IReadOnlyList<ContainerStatus> statuses = pod.Status?.ContainerStatuses ?? [];
        return $"{statuses.Count(s => s.Ready)}/{pod.Spec?.Containers?.Count ?? 0}";
    }

    public static string Restarts(Pod pod, DateTimeOffset now)
    {
        IReadOnlyList<ContainerStatus> statuses = [.. pod.Status?.InitContainerStatuses ?? [], .. pod.Status?.ContainerStatuses ?? []];
        int restarts = statuses.Sum(s => s.RestartCount);
        DateTimeOffset? last = statuses.Max(s => s.LastState?.Terminated?.FinishedAt);
        return restarts > 0 && last is not null ? $"{restarts} ({Age.Since(last, now)} ago)" : $"{restarts}";
    }

    public static string Status(Pod pod)
    {
        string reason = InitReason(pod) ?? ContainersReason(pod) ?? pod.Status?.Reason ?? pod.Status?.Phase ?? "Unknown";
        return pod.Metadata?.DeletionTimestamp is null ? reason : "Terminating";
    }

    /// <summary>Not null while an init container has not succeeded.</summary>
    private static string? InitReason(Pod pod)
    {
        int total = pod.Spec?.InitContainers?.Count ?? 0, index = 0;
        foreach (ContainerStatus status in pod.Status?.InitContainerStatuses ?? [])
        {
            if (status.State?.Terminated is { ExitCode: 0 })
            {
                index++;
                continue;
            }
            return status.State switch
            {
                { Terminated: { } ended } => "Init:" + EndedReason(ended),
                { Waiting.Reason: { Length: > 0 } why } when why != "PodInitializing" => "Init:" + why,
                _ => $"Init:{index}/{total}",
            };
        }
        return null;
    }

    private static string? ContainersReason(Pod pod)
    {
        string? reason = null;
        bool anyRunning = false;
        // Backwards, as kubectl does: the first container's reason is what is shown.
        foreach (ContainerStatus status in (pod.Status?.ContainerStatuses ?? []).Reverse())
        {
            if (status.State?.Waiting?.Reason is { Length: > 0 } waiting)
                reason = waiting;
            else if (status.State?.Terminated is { } ended)
                reason = EndedReason(ended);
            else if (status is { Ready: true, State.Running: not null })
                anyRunning = true;
        }
        if (reason == "Completed" && anyRunning)
            return IsReady(pod) ? "Running" : "NotReady";
        return reason;
    }

    private static string EndedReason(ContainerStateTerminated ended) => ended switch
    {
        { Reason: { Length: > 0 } reason } => reason,
        { Signal: > 0 } => $"Signal:{ended.Signal}",
        _ => $"ExitCode:{ended.ExitCode}",
    };

    private static bool IsReady(Pod pod) =>
        (pod.Status?.Conditions ?? []).Any(c => c is { Type: "Ready", Status: "True" });
}
