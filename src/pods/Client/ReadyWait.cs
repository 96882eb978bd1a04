using System.Text.Json;
using Pods.Manifests;

namespace Pods.Cli.Client;

/// <summary>Waits until what was applied serves, or has ended well, for <c>apply --wait</c>; woken by changes of pods, never by a clock.</summary>
internal sealed class ReadyWait(PodsClient client)
{
    /// <summary>What was last in the way, for a wait that takes too long.</summary>
    public string? Reason { get; private set; }

    /// <exception cref="CliException">The pod has failed, or is gone.</exception>
    public Task PodAsync(string space, string name, CancellationToken cancel) =>
        PodWait.UntilAsync(client, space, name, pod => IsReady(name, pod), cancel);

    /// <exception cref="CliException">The Job has failed.</exception>
    public async Task WorkloadAsync(WorkloadKind kind, string space, string name, CancellationToken cancel)
    {
        PodQuery pods = new() { Namespace = space };
        WorkloadClient workloads = new(client);
        while (true)
        {
            PodList list = await client.ListPodsAsync(pods, cancel);
            // Looked at after the list, whose version the watch begins with: no change falls between the two.
            if (IsReady(await workloads.GetAsync(kind, space, name, cancel)))
                return;
            await foreach (WatchEvent change in client.WatchPodsAsync(pods, list.Metadata?.ResourceVersion, cancel))
            {
                if (change.Type == "ERROR")
                    break;
                if (change.Object.Deserialize(KubernetesJson.Default.Pod) is { } pod)
                    Reason = ReasonOf(pod) ?? Reason;
                if (IsReady(await workloads.GetAsync(kind, space, name, cancel)))
                    return;
            }
        }
    }

    private bool IsReady(string name, Pod? pod)
    {
        if (pod is null)
            throw new CliException($"error: pods \"{name}\" was deleted while it was waited for");
        if (pod.Status?.Phase == "Failed")
            throw new CliException($"error: pod \"{name}\" has failed: {pod.Status.Message ?? pod.Status.Reason ?? ReasonOf(pod) ?? "see pods describe"}");
        Reason = ReasonOf(pod);
        return pod.Status?.Phase == "Succeeded" || (pod.Status?.Conditions ?? []).Any(c => c is { Type: "Ready", Status: "True" });
    }

    private static bool IsReady(Workload workload)
    {
        WorkloadStatus status = workload.Status ?? new();
        if (status.ObservedGeneration is { } seen && seen < workload.Metadata?.Generation)
            return false;
        if ((status.Conditions ?? []).FirstOrDefault(c => c is { Type: "Failed", Status: "True" }) is { } failed)
            throw new CliException($"error: job \"{workload.Metadata!.Name}\" has failed: {failed.Message ?? failed.Reason}");
        return workload.Kind switch
        {
            "Deployment" => (workload.Spec?.Replicas ?? 1) is var wanted && (status.Replicas ?? 0) == wanted
                && (status.UpdatedReplicas ?? 0) == wanted && (status.AvailableReplicas ?? 0) == wanted,
            "DaemonSet" => status.DesiredNumberScheduled is { } wanted && status.NumberReady >= wanted && status.UpdatedNumberScheduled >= wanted,
            _ => (status.Conditions ?? []).Any(c => c is { Type: "Complete", Status: "True" }),
        };
    }

    private static string? ReasonOf(Pod pod)
    {
        // No container can say it: there is no sandbox for one.
        if (pod.Status is { Phase: "Pending", Reason: { } reason, Message: { } message })
            return $"{reason}: {message}";
        foreach (ContainerStatus container in pod.Status?.ContainerStatuses ?? [])
        {
            if (container.State?.Waiting is { Reason: not null } waiting)
                return $"container \"{container.Name}\": {waiting.Reason}{(waiting.Message is { Length: > 0 } why ? ": " + why : "")}";
            if (container.State?.Running is not null && container.Ready != true)
                return $"container \"{container.Name}\" runs and is not ready";
        }
        return null;
    }
}
