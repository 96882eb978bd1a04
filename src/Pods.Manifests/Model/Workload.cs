namespace Pods.Manifests;

/// <summary>
/// What pods are made from: a Deployment, a DaemonSet or a Job. One type for the three, as they are read, stored and served alike;
/// the kind says which of the fields count.
/// </summary>
public sealed record Workload
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public WorkloadSpec? Spec { get; init; }
    public WorkloadStatus? Status { get; init; }
}

public sealed record WorkloadSpec
{
    /// <summary>Of a Deployment.</summary>
    public int? Replicas { get; init; }
    public LabelSelector? Selector { get; init; }
    public PodDraft? Template { get; init; }
    /// <summary>Of a Deployment.</summary>
    public WorkloadStrategy? Strategy { get; init; }
    /// <summary>Of a Job: how many pods must succeed.</summary>
    public int? Completions { get; init; }
    /// <summary>Of a Job: how many run at once.</summary>
    public int? Parallelism { get; init; }
    /// <summary>Of a Job: how many failures it survives.</summary>
    public int? BackoffLimit { get; init; }
    /// <summary>Of a Job: when it is forgotten.</summary>
    public int? TtlSecondsAfterFinished { get; init; }
}

public sealed record LabelSelector
{
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }
}

/// <summary>What every pod is made from: Kubernetes' PodTemplateSpec.</summary>
public sealed record PodDraft
{
    public ObjectMeta? Metadata { get; init; }
    public PodSpec? Spec { get; init; }
}

/// <summary>RollingUpdate, one pod at a time, or Recreate.</summary>
public sealed record WorkloadStrategy
{
    public string? Type { get; init; }
}

/// <summary>What is of it; each kind shows its own part.</summary>
public sealed record WorkloadStatus
{
    public long? ObservedGeneration { get; init; }
    public int? Replicas { get; init; }
    public int? UpdatedReplicas { get; init; }
    public int? ReadyReplicas { get; init; }
    public int? AvailableReplicas { get; init; }
    public int? UnavailableReplicas { get; init; }
    public int? DesiredNumberScheduled { get; init; }
    public int? CurrentNumberScheduled { get; init; }
    public int? UpdatedNumberScheduled { get; init; }
    public int? NumberReady { get; init; }
    public int? NumberAvailable { get; init; }
    public int? NumberMisscheduled { get; init; }
    public int? Active { get; init; }
    public int? Ready { get; init; }
    public int? Succeeded { get; init; }
    public int? Failed { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? CompletionTime { get; init; }
    public IReadOnlyList<PodCondition>? Conditions { get; init; }
}

/// <summary>What a list request answers.</summary>
public sealed record WorkloadList
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ListMeta? Metadata { get; init; }
    public IReadOnlyList<Workload>? Items { get; init; }
}

/// <summary>How many pods there shall be: <c>Scale</c> of autoscaling/v1.</summary>
public sealed record Scale
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public ScaleSpec? Spec { get; init; }
    public ScaleStatus? Status { get; init; }
}

public sealed record ScaleSpec
{
    public int? Replicas { get; init; }
}

public sealed record ScaleStatus
{
    public int? Replicas { get; init; }
    public string? Selector { get; init; }
}
