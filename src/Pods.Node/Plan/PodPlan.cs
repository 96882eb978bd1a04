using Pods.Manifests;

namespace Pods.Node;

/// <summary>One thing to do for a pod.</summary>
public abstract record PodStep
{
    /// <summary>The one container that it concerns; null: the pod as a whole.</summary>
    public virtual string? Container => null;

    /// <summary>Whether it would do what the other does, be it with another deadline.</summary>
    public bool IsSameAs(PodStep other) => GetType() == other.GetType() && Container == other.Container;

    /// <summary>Network, files, pause.</summary>
    public sealed record CreateSandbox : PodStep;

    /// <summary>Image, root file system, process.</summary>
    public sealed record StartContainer(string Name) : PodStep
    {
        public override string Container => Name;
    }

    /// <summary>
    /// The hook that a container is given when its process has begun. One that podsd's own end cut short is called again: Kubernetes
    /// promises a call at least once, and a container whose hook never ended would count as started without it.
    /// </summary>
    public sealed record PostStart(string Name, string RunId) : PodStep
    {
        public override string Container => Name;
    }

    /// <summary>What a container that is to be started anew needs, its image above all, got while it still runs as it was.</summary>
    public sealed record PrepareUpdate(string Name) : PodStep
    {
        public override string Container => Name;
    }

    /// <summary>Other limits for a container that runs.</summary>
    public sealed record Resize(string Name) : PodStep
    {
        public override string Container => Name;
    }

    /// <summary>Other cpus for a container that runs: some became a pod's own, or are nobody's any more.</summary>
    public sealed record Move(string Name) : PodStep
    {
        public override string Container => Name;
    }

    /// <summary>The hook that a container is given before its stop signal.</summary>
    public sealed record PreStop(string Name, DateTimeOffset Deadline) : PodStep
    {
        public override string Container => Name;
    }

    /// <summary>The stop signal; SIGKILL when it has not ended by then.</summary>
    public sealed record StopContainer(string Name, DateTimeOffset KillAt) : PodStep
    {
        public override string Container => Name;
    }

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
    /// <param name="now">The time.</param>
    /// <param name="halt">The machine goes down: by when what runs is to have ended, and nothing begins; null while it stays up.</param>
    /// <param name="sharedCpus">What containers without cpus of their own run on; null: on all.</param>
    public static PodPlan For(Pod pod, PodMemory memory, DateTimeOffset now, DateTimeOffset? halt = null, string? sharedCpus = null)
    {
        PodSpec spec = pod.Spec!;
        bool isAnyRunning = memory.Runs.Values.Any(r => r.Phase == RunPhase.Running);
        if (pod.Metadata?.DeletionTimestamp is { } deadline)
            return Deletion(pod, memory, isAnyRunning, deadline, now);
        if (Earlier(memory.Verdict?.Deadline, halt) is { } end)
            return isAnyRunning && now < end + StopPlan.Patience ? StopPlan.Of(spec, memory, end, now) : Removal(memory);
        if (PodOutcome.OfApps(spec, memory) is not null)
            return isAnyRunning ? Sidecars(spec, memory, now) : Removal(memory);
        PodPlan plan = Life(spec, memory, now);
        if (memory.Sandbox is { IsReady: true, HasEnded: false })
            plan = Together([plan, Moves(memory, plan.Steps, sharedCpus, now)]);
        return PodOutcome.ActiveUntil(pod, memory) is { } until && !(plan.WakeAt < until) ? plan with { WakeAt = until } : plan;
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => other is null || one < other ? one : other;

    private static PodPlan Life(PodSpec spec, PodMemory memory, DateTimeOffset now)
    {
        if (memory.Sandbox is { HasEnded: true })
            return new([new PodStep.RemoveSandbox()]);
        if (memory.Sandbox is not { IsReady: true })
            return memory.SandboxFailure is { } failure && failure.RetryAt > now
                ? new([], failure.RetryAt) : new([new PodStep.CreateSandbox()]);
        return Containers(spec, memory, now);
    }

    /// <summary>Containers that run on other cpus than they are to; one that something else is done for has its turn after that.</summary>
    private static PodPlan Moves(PodMemory memory, IReadOnlyList<PodStep> others, string? sharedCpus, DateTimeOffset now)
    {
        ContainerRun[] misplaced = [.. memory.Runs.Values.Where(r => r is { Phase: RunPhase.Running, Stop: null }
            && r.Cpus != memory.CpusOf(r.Name, sharedCpus) && others.All(step => step.Container != r.Name))];
        return new([.. misplaced.Where(r => !(r.UpdateFailure?.RetryAt > now)).Select(r => new PodStep.Move(r.Name))],
            misplaced.Min(r => r.UpdateFailure?.RetryAt is { } at && at > now ? at : default(DateTimeOffset?)));
    }

    /// <summary>A pod that is over for good keeps its status and logs, and nothing that costs.</summary>
    private static PodPlan Removal(PodMemory memory) => memory.Sandbox is null ? Nothing : new([new PodStep.RemoveSandbox()]);

    private static PodPlan Deletion(Pod pod, PodMemory memory, bool isAnyRunning, DateTimeOffset deadline, DateTimeOffset now) =>
        isAnyRunning && pod.Metadata!.DeletionGracePeriodSeconds != 0 && now < deadline + StopPlan.Patience
            ? StopPlan.Of(pod.Spec!, memory, deadline, now)
        : memory.Sandbox is not null || isAnyRunning ? new([new PodStep.RemoveSandbox()])
        : new([new PodStep.Forget()]);

    /// <summary>The apps have done their work: what only served them ends too, within the pod's grace period.</summary>
    private static PodPlan Sidecars(PodSpec spec, PodMemory memory, DateTimeOffset now)
    {
        DateTimeOffset ended = memory.Runs.Values.Where(r => r.Phase == RunPhase.Exited && !ContainerRules.IsSidecar(spec, r.Name))
            .Max(r => r.Ended?.FinishedAt) ?? now;
        DateTimeOffset deadline = ended + TimeSpan.FromSeconds(spec.TerminationGracePeriodSeconds ?? 30);
        return now < deadline + StopPlan.Patience ? StopPlan.Of(spec, memory, deadline, now) : Removal(memory);
    }

    private static PodPlan Containers(PodSpec spec, PodMemory memory, DateTimeOffset now)
    {
        // Once an app has begun the order of the init containers is history: each sidecar is kept alive by itself.
        bool hasBegun = (spec.Containers ?? []).Any(c => Current(memory, c) is not null);
        List<PodPlan> plans = [];
        foreach (Container init in spec.InitContainers ?? [])
        {
            ContainerRun? run = Current(memory, init);
            bool isSidecar = ContainerRules.IsSidecar(spec, init.Name);
            if (isSidecar)
                plans.Add(Keep(spec, init, run, memory, now));
            // One after the other; a new sandbox runs them all again.
            else if (!hasBegun && run is not { Phase: RunPhase.Exited, Ended.ExitCode: 0 })
                return Together([.. plans, Keep(spec, init, run, memory, now)]);
            if (!hasBegun && isSidecar && !ContainerRules.HasStarted(init, run))
                return Together(plans);
        }
        foreach (Container app in spec.Containers ?? [])
        {
            ContainerRun? run = Current(memory, app);
            plans.Add(Keep(spec, app, run, memory, now));
            // As with the kubelet: what comes later in the list begins when this one's postStart hook is done.
            if (app.Lifecycle?.PostStart is not null && (run is null || run is { IsPostStartPending: true, Phase: RunPhase.Running, Stop: null }))
                break;
        }
        return Together(plans);
    }

    private static PodPlan Together(IReadOnlyList<PodPlan> plans) => new([.. plans.SelectMany(p => p.Steps)], plans.Min(p => p.WakeAt));

    /// <summary>Starts it, starts it again, or stops it when a probe or a hook has failed.</summary>
    private static PodPlan Keep(PodSpec spec, Container container, ContainerRun? run, PodMemory memory, DateTimeOffset now)
    {
        if (run is { Phase: RunPhase.Running, Stop: { } stop })
            return StopPlan.Step(container, run, stop.Deadline, isTurn: true, isLate: false, now) is { } step ? new([step]) : Nothing;
        if (run is { Phase: RunPhase.Running, IsPostStartPending: true })
            return new([new PodStep.PostStart(run.Name, run.Id)]);
        if (run is { Phase: RunPhase.Running })
            return Update(container, run, now);
        bool isOutOfDate = IsOutOfDate(container, run);
        if (run is { Phase: RunPhase.Exited } && !isOutOfDate && !PodOutcome.ShouldRestart(spec, run))
            return Nothing;
        ContainerRun? known = run ?? memory.Run(container.Name);
        DateTimeOffset at = known?.Failure?.RetryAt
            ?? (known is { Phase: RunPhase.Exited } && !isOutOfDate ? RestartBackoff.NextStart(known) : DateTimeOffset.MinValue);
        return at > now ? new([], at) : new([new PodStep.StartContainer(container.Name!)]);
    }

    /// <summary>What it takes to make a running container what is wanted now; one thing after the other.</summary>
    private static PodPlan Update(Container container, ContainerRun run, DateTimeOffset now)
    {
        PodStep? step = IsOutOfDate(container, run) ? new PodStep.PrepareUpdate(run.Name)
            : run.Resources is { } has && has != ContainerFingerprint.OfResources(container) ? new PodStep.Resize(run.Name)
            : null;
        return step is null ? Nothing
            : run.UpdateFailure is { } failure && failure.RetryAt > now ? new([], failure.RetryAt) : new([step]);
    }

    private static bool IsOutOfDate(Container container, ContainerRun? run) =>
        run?.Fingerprint is { } was && was != ContainerFingerprint.OfProcess(container);

    /// <summary>A run of an earlier sandbox does not count as one of this.</summary>
    private static ContainerRun? Current(PodMemory memory, Container container) =>
        memory.Run(container.Name) is { } run && run.SandboxId == memory.Sandbox?.Id ? run : null;
}
