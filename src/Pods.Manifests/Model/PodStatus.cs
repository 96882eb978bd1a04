namespace Pods.Manifests;

/// <summary>What is: written by podsd alone.</summary>
public sealed record PodStatus
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; init; }
    public IReadOnlyList<PodCondition>? Conditions { get; init; }
    public string? Message { get; init; }
    public string? Reason { get; init; }
    public string? HostIP { get; init; }
    public IReadOnlyList<IpAddress>? HostIPs { get; init; }
    public string? PodIP { get; init; }
    public IReadOnlyList<IpAddress>? PodIPs { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    /// <summary>Guaranteed, Burstable or BestEffort.</summary>
    public string? QosClass { get; init; }
    public IReadOnlyList<ContainerStatus>? InitContainerStatuses { get; init; }
    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }
    public long? ObservedGeneration { get; init; }
}

/// <summary>One statement about a pod: PodScheduled, Initialized, ContainersReady, Ready, …</summary>
public sealed record PodCondition
{
    public string? Type { get; init; }
    /// <summary>True, False or Unknown.</summary>
    public string? Status { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? LastProbeTime { get; init; }
    public DateTimeOffset? LastTransitionTime { get; init; }
}

public sealed record IpAddress
{
    public string? Ip { get; init; }
}

public sealed record ContainerStatus
{
    public string? Name { get; init; }
    public ContainerState? State { get; init; }
    /// <summary>How the run before this one ended.</summary>
    public ContainerState? LastState { get; init; }
    public bool Ready { get; init; }
    public int RestartCount { get; init; }
    public string? Image { get; init; }
    public string? ImageID { get; init; }
    /// <summary><c>containerd://</c> and the id.</summary>
    public string? ContainerID { get; init; }
    public bool? Started { get; init; }
}

/// <summary>Exactly one of the three is set.</summary>
public sealed record ContainerState
{
    public ContainerStateWaiting? Waiting { get; init; }
    public ContainerStateRunning? Running { get; init; }
    public ContainerStateTerminated? Terminated { get; init; }
}

public sealed record ContainerStateWaiting
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
}

public sealed record ContainerStateRunning
{
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record ContainerStateTerminated
{
    public int ExitCode { get; init; }
    public int? Signal { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public string? ContainerID { get; init; }
}
