namespace Pods.Manifests;

/// <summary>Deployments, DaemonSets and Jobs as rows, for kubectl and for <c>pods get</c>.</summary>
public static class WorkloadDisplay
{
    public static string[] Columns(WorkloadKind kind) =>
        kind == WorkloadKind.Deployment ? ["Name", "Ready", "Up-to-date", "Available", "Age"]
        : kind == WorkloadKind.DaemonSet ? ["Name", "Desired", "Current", "Ready", "Up-to-date", "Available", "Age"]
        : ["Name", "Status", "Completions", "Duration", "Age"];

    public static string[] Cells(Workload workload, DateTimeOffset now)
    {
        string name = workload.Metadata?.Name ?? "", age = Age.Since(workload.Metadata?.CreationTimestamp, now);
        WorkloadStatus status = workload.Status ?? new();
        if (workload.Kind == WorkloadKind.Deployment.Kind)
            return [name, $"{status.ReadyReplicas ?? 0}/{workload.Spec?.Replicas ?? 1}", Number(status.UpdatedReplicas), Number(status.AvailableReplicas), age];
        if (workload.Kind == WorkloadKind.DaemonSet.Kind)
            return
            [
                name, Number(status.DesiredNumberScheduled), Number(status.CurrentNumberScheduled), Number(status.NumberReady),
                Number(status.UpdatedNumberScheduled), Number(status.NumberAvailable), age,
            ];
        string? condition = status.Conditions?.FirstOrDefault(c => c.Type is "Complete" or "Failed")?.Type;
        string duration = status.StartTime is { } start ? Age.Of((status.CompletionTime ?? now) - start) : "";
        return [name, condition ?? "Running", $"{status.Succeeded ?? 0}/{workload.Spec?.Completions ?? 1}", duration, age];
    }

    private static string Number(int? number) => (number ?? 0).ToString();
}
