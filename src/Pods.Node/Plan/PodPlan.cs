using Pods.Manifests;

namespace Pods.Node;

/// <summary>One thing to do for a pod.</summary>
public abstract record PodStep
{
    /// <summary>Network, files, pause.</summary>
    public sealed record CreateSandbox : PodStep;

    /// <summary>Image, root file system, process.</summary>
    public sealed record StartContainer(string Name) : PodStep;

    /// <summary>The stop signal to everything that runs.</summary>
    public sealed record Terminate : PodStep;

    /// <summary>Everything that containerd and the kernel hold of the pod; its files and its status stay.</summary>
    public sealed record RemoveSandbox : PodStep;

    /// <summary>The rest: volumes, logs, the object itself.</summary>
    public sealed record Forget : PodStep;
}

/// <summary>What a pod needs now. A pure function of what is wanted, what is known and the time; tested by tables.</summary>
/// <param name="Steps">Can be done at the same time; empty when there is nothing to do but to wait.</param>
/// <param name="WakeAt">When to look again though nothing has happened.</param>
public sealed record PodPlan(IReadOnlyList<PodStep> Steps, DateTimeOffset? WakeAt = null)
{
    private static readonly PodPlan Nothing = new([]);

    /// <param name="pod">With defaults applied.</param>
    /// <param name="memory">What is known of it.</param>
    /// <param name="wasTerminated">Whether the stop signal has been sent since the deletion began.</param>
    /// <param name="now">The time.</param>
    public static PodPlan For(Pod pod, PodMemory memory, bool wasTerminated, DateTimeOffset now)
    {
        bool isAnyRunning = memory.Runs.Values.Any(r => r.Phase == RunPhase.Running);
        if (pod.Metadata?.DeletionTimestamp is { } deadline)
            return Deletion(memory, isAnyRunning, wasTerminated, deadline, now);
        if (PodOutcome.Of(pod, memory) is not null)
            // A pod that is over for good keeps its status and logs, and nothing that costs.
            return memory.Sandbox is null ? Nothing : new([new PodStep.RemoveSandbox()]);
        if (memory.Sandbox is { HasEnded: true })
            return new([new PodStep.RemoveSandbox()]);
        if (memory.Sandbox is not { IsReady: true })
            return memory.SandboxFailure is { } failure && failure.RetryAt > now
                ? new([], failure.RetryAt) : new([new PodStep.CreateSandbox()]);
        return Containers(pod.Spec!, memory, now);
    }

    private static PodPlan Deletion(PodMemory memory, bool isAnyRunning, bool wasTerminated, DateTimeOffset deadline, DateTimeOffset now) =>
        isAnyRunning && now < deadline
            ? wasTerminated ? new([], deadline) : new([new PodStep.Terminate()], deadline)
        : memory.Sandbox is not null || isAnyRunning ? new([new PodStep.RemoveSandbox()])
        : new([new PodStep.Forget()]);

    private static PodPlan Containers(PodSpec spec, PodMemory memory, DateTimeOffset now)
    {
        // Init containers one after the other; a new sandbox runs them all again.
        foreach (Container init in spec.InitContainers ?? [])
        {
            ContainerRun? run = Current(memory, init);
            if (run is { Phase: RunPhase.Exited, Ended.ExitCode: 0 })
                continue;
            return Start(init, run, memory, now);
        }
        PodPlan[] plans = [.. (spec.Containers ?? []).Select(c => Current(memory, c) is { Phase: RunPhase.Exited } ended
            && !PodOutcome.ShouldRestart(spec, ended) ? Nothing : Start(c, Current(memory, c), memory, now))];
        return new([.. plans.SelectMany(p => p.Steps)], plans.Min(p => p.WakeAt));
    }

    private static PodPlan Start(Container container, ContainerRun? run, PodMemory memory, DateTimeOffset now)
    {
        if (run?.Phase == RunPhase.Running)
            return Nothing;
        ContainerRun? known = run ?? memory.Run(container.Name);
        DateTimeOffset at = known?.Failure?.RetryAt
            ?? (known is { Phase: RunPhase.Exited } ? RestartBackoff.NextStart(known) : DateTimeOffset.MinValue);
        return at > now ? new([], at) : new([new PodStep.StartContainer(container.Name!)]);
    }

    /// <summary>A run of an earlier sandbox does not count as one of this.</summary>
    private static ContainerRun? Current(PodMemory memory, Container container) =>
        memory.Run(container.Name) is { } run && run.SandboxId == memory.Sandbox?.Id ? run : null;
}
