using Pods.Manifests;

namespace Pods.Node;

/// <summary>What a Deployment, DaemonSet or Job needs now: pods to make, pods to delete, its end. Pure; tested by tables.</summary>
/// <param name="Create">How many pods, as it is wanted now.</param>
/// <param name="Delete">The names of pods.</param>
/// <param name="Status">What it shows.</param>
/// <param name="IsToForget">It is to be forgotten with its pods.</param>
/// <param name="WakeAt">When to look again though nothing has happened.</param>
internal sealed record WorkloadPlan(
    int Create, IReadOnlyList<string> Delete, WorkloadStatus Status, bool IsToForget = false, DateTimeOffset? WakeAt = null)
{
    public static WorkloadPlan For(Workload workload, IReadOnlyList<Pod> pods, DateTimeOffset now) =>
        workload.Kind == WorkloadKind.Job.Kind ? JobPlan.For(workload, pods, now) : Replicas(workload, pods, now);

    private static WorkloadPlan Replicas(Workload workload, IReadOnlyList<Pod> pods, DateTimeOffset now)
    {
        bool isDeployment = workload.Kind == WorkloadKind.Deployment.Kind;
        int wanted = isDeployment ? workload.Spec!.Replicas ?? 1 : 1;
        string hash = WorkloadDefaults.HashOf(workload);
        // One that is over, killed by its deadline say, is replaced; one that is going counts as gone, but not while its ports may be taken.
        Pod[] living = [.. pods.Where(p => p.Metadata!.DeletionTimestamp is null && !IsOver(p))];
        Pod[] current = [.. living.Where(p => HashOf(p) == hash)], old = [.. living.Where(p => HashOf(p) != hash)];
        string[] over = [.. pods.Where(p => p.Metadata!.DeletionTimestamp is null && IsOver(p)).Select(NameOf)];
        var (create, delete) = Replace(workload, wanted, current, old, isAnyGoing: pods.Any(p => p.Metadata!.DeletionTimestamp is not null));
        return new(create, [.. over, .. delete], StatusOf(workload, wanted, living, current, now));
    }

    /// <summary>
    /// One pod beyond the wanted number, Ready before an old one goes: all but at most one are Ready throughout. Where two cannot stand
    /// beside each other, for a port of the host say, the old one goes first.
    /// </summary>
    private static (int Create, IReadOnlyList<string> Delete) Replace(Workload workload, int wanted, Pod[] current, Pod[] old, bool isAnyGoing)
    {
        int surplus = current.Length + old.Length - wanted;
        bool areAllReady = current.All(IsReady);
        if (old.Length == 0)
            // The newest go first, and those that are not Ready before them, as with a ReplicaSet.
            return surplus <= 0 ? (-surplus, []) : (0, Names(current.OrderBy(IsReady).ThenByDescending(Age), surplus));
        if (workload.Spec!.Strategy?.Type == "Recreate")
            return (0, Names(old, old.Length));
        bool isAlone = workload.Kind == WorkloadKind.DaemonSet.Kind || TakesHostPorts(workload);
        // Old pods that are not Ready serve nobody: they hold nothing up.
        Pod[] idle = [.. old.Where(p => !IsReady(p))];
        if (idle.Length > 0 && surplus >= 0 && (isAlone || surplus > 0 || idle.Length == old.Length))
            return (0, Names(idle, isAlone ? 1 : Math.Max(1, surplus)));
        if (isAlone)
            return surplus < 0 ? (isAnyGoing ? 0 : -surplus, []) : areAllReady ? (0, Names(old.OrderBy(Age), 1)) : (0, []);
        if (surplus > 0)
            return areAllReady || surplus > 1 ? (0, Names(old.OrderBy(Age), areAllReady ? surplus : surplus - 1)) : (0, []);
        return areAllReady ? (1 - surplus, []) : (0, []);
    }

    private static bool TakesHostPorts(Workload workload) => workload.Spec!.Template!.Spec is { } spec
        && (spec.HostNetwork == true || (spec.Containers ?? []).SelectMany(c => c.Ports ?? []).Any(p => p.HostPort is > 0));

    private static WorkloadStatus StatusOf(Workload workload, int wanted, Pod[] living, Pod[] current, DateTimeOffset now)
    {
        int ready = living.Count(IsReady);
        if (workload.Kind == WorkloadKind.DaemonSet.Kind)
            return new()
            {
                ObservedGeneration = workload.Metadata!.Generation,
                DesiredNumberScheduled = wanted,
                CurrentNumberScheduled = living.Length,
                UpdatedNumberScheduled = current.Length,
                NumberReady = ready,
                NumberAvailable = ready,
                NumberMisscheduled = 0,
            };
        bool isDone = current.Length == wanted && current.All(IsReady) && living.Length == wanted;
        return new()
        {
            ObservedGeneration = workload.Metadata!.Generation,
            Replicas = living.Length,
            UpdatedReplicas = current.Length,
            ReadyReplicas = ready,
            AvailableReplicas = ready,
            UnavailableReplicas = wanted > ready ? wanted - ready : null,
            Conditions =
            [
                Condition(workload, "Available", ready >= wanted, ready >= wanted ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable", now),
                Condition(workload, "Progressing", true, isDone ? "NewReplicaSetAvailable" : "ReplicaSetUpdated", now),
            ],
        };
    }

    public static PodCondition Condition(Workload workload, string type, bool isTrue, string reason, DateTimeOffset now, string? message = null)
    {
        PodCondition condition = new() { Type = type, Status = isTrue ? "True" : "False", Reason = reason, Message = message };
        PodCondition? before = workload.Status?.Conditions?.FirstOrDefault(c => c.Type == type && c.Status == condition.Status);
        return condition with { LastTransitionTime = before?.LastTransitionTime ?? now };
    }

    public static bool IsReady(Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    public static bool IsOver(Pod pod) => pod.Status?.Phase is PodOutcome.Succeeded or PodOutcome.Failed;

    private static IReadOnlyList<string> Names(IEnumerable<Pod> pods, int count) => [.. pods.Take(count).Select(NameOf)];

    private static string NameOf(Pod pod) => pod.Metadata!.Name!;

    private static DateTimeOffset? Age(Pod pod) => pod.Metadata!.CreationTimestamp;

    private static string? HashOf(Pod pod) => pod.Metadata!.Labels?.GetValueOrDefault(WorkloadDefaults.TemplateHash)
        ?? pod.Metadata.Labels?.GetValueOrDefault(WorkloadDefaults.RevisionHash);
}
