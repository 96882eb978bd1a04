namespace Pods.Manifests;

/// <summary>What is done right after a container's start and right before its stop.</summary>
public sealed record Lifecycle
{
    public LifecycleHandler? PostStart { get; init; }
    public LifecycleHandler? PreStop { get; init; }
    /// <summary>In place of the image's.</summary>
    public string? StopSignal { get; init; }
}

/// <summary>Exactly one of them.</summary>
public sealed record LifecycleHandler
{
    public ExecAction? Exec { get; init; }
    public HttpGetAction? HttpGet { get; init; }
    public SleepAction? Sleep { get; init; }
}

public sealed record SleepAction
{
    public long? Seconds { get; init; }
}

/// <summary>What becomes of a container that ended with certain exit codes, whatever its policy says.</summary>
public sealed record ContainerRestartRule
{
    /// <summary>Restart.</summary>
    public string? Action { get; init; }
    public ContainerRestartRuleOnExitCodes? ExitCodes { get; init; }
}

public sealed record ContainerRestartRuleOnExitCodes
{
    /// <summary>In or NotIn.</summary>
    public string? Operator { get; init; }
    public IReadOnlyList<int>? Values { get; init; }
}
