using Pods.Manifests;

namespace Pods.Node;

/// <summary>What events mean for what is known of a pod. Pure.</summary>
internal static class MemoryChanges
{
    private const int Killed = 137;   // 128 + SIGKILL

    /// <summary>A container of the pod, or its pause, has ended.</summary>
    public static PodMemory Exited(PodMemory memory, PodSpec spec, string id, int status, DateTimeOffset at)
    {
        if (memory.Sandbox?.Id == id)
            return memory with { Sandbox = memory.Sandbox with { HasEnded = true } };
        return memory.Runs.Values.FirstOrDefault(r => r.Id == id) is { Phase: RunPhase.Running } run
            ? memory.With(End(run, spec, status, at, run.WasOutOfMemory ? "OOMKilled" : status == 0 ? "Completed" : "Error"))
            : memory;
    }

    public static PodMemory OutOfMemory(PodMemory memory, string id) =>
        memory.Runs.Values.FirstOrDefault(r => r.Id == id) is { } run ? memory.With(run with { WasOutOfMemory = true }) : memory;

    /// <summary>Everything of the sandbox is gone; what ran in it was killed with it.</summary>
    public static PodMemory SandboxRemoved(PodMemory memory, PodSpec spec, DateTimeOffset now)
    {
        foreach (ContainerRun run in memory.Runs.Values.Where(r => r.Phase == RunPhase.Running).ToArray())
            memory = memory.With(End(run, spec, Killed, now, "Error"));
        return memory with { Sandbox = null };
    }

    /// <summary>A change of the run with this id, if it still runs: what is said of an earlier one is too late.</summary>
    public static PodMemory OfRun(PodMemory memory, string id, Func<ContainerRun, ContainerRun> change) =>
        memory.Runs.Values.FirstOrDefault(r => r.Id == id) is { Phase: RunPhase.Running } run ? memory.With(change(run)) : memory;

    /// <summary>The first reason to stop a run stays.</summary>
    public static PodMemory ToStop(PodMemory memory, string id, ContainerStop stop) =>
        OfRun(memory, id, run => run.Stop is null ? run with { Stop = stop, IsReady = false } : run);

    public static PodMemory StartFailed(PodMemory memory, string name, string reason, string message, DateTimeOffset now)
    {
        ContainerRun run = memory.Run(name) ?? new() { Name = name };
        StepFailure failure = Failure(run.Failure, reason, message, now);
        return memory.With(run with { Failure = failure });
    }

    /// <summary>The first failure shows its own reason; from the second on, a pull shows that it is held back.</summary>
    public static StepFailure Failure(StepFailure? before, string reason, string message, DateTimeOffset now)
    {
        TimeSpan pause = RestartBackoff.AfterFailure(before);
        return before is not null && reason == "ErrImagePull"
            ? new("ImagePullBackOff", $"Back-off pulling image: {message}", now + pause, pause)
            : new(reason, message, now + pause, pause);
    }

    /// <summary>A change that could not be made: the run goes on as it was, and the change is tried again.</summary>
    public static PodMemory UpdateFailed(PodMemory memory, string name, string reason, string message, DateTimeOffset now) =>
        memory.Run(name) is { Phase: RunPhase.Running } run
            ? memory.With(run with { UpdateFailure = Failure(run.UpdateFailure, reason, message, now) }) : memory;

    /// <summary>The pod is to be another: what failed before may go well now, and is tried at once.</summary>
    public static PodMemory SpecChanged(PodMemory memory, DateTimeOffset now)
    {
        foreach (ContainerRun run in memory.Runs.Values.ToArray())
            memory = memory.With(run with { UpdateFailure = null, Failure = run.Failure is { } failure ? failure with { RetryAt = now } : null });
        return memory.SandboxFailure is { } held ? memory with { SandboxFailure = held with { RetryAt = now } } : memory;
    }

    /// <summary>What failed for want of an object is tried at once, not when its pause is over.</summary>
    public static PodMemory ObjectsChanged(PodMemory memory, DateTimeOffset now)
    {
        foreach (ContainerRun run in memory.Runs.Values.Where(r => r.Failure?.Reason == StepReason.CreateContainerConfigError).ToArray())
            memory = memory.With(run with { Failure = run.Failure! with { RetryAt = now } });
        return memory.SandboxFailure is { Reason: StepReason.FailedMount } failure
            ? memory with { SandboxFailure = failure with { RetryAt = now } } : memory;
    }

    private static ContainerRun End(ContainerRun run, PodSpec spec, int status, DateTimeOffset at, string reason)
    {
        ContainerRun ended = run with
        {
            Phase = RunPhase.Exited,
            Pid = 0,
            Ended = new()
            {
                ExitCode = status,
                Reason = reason,
                StartedAt = run.StartedAt,
                FinishedAt = at,
                ContainerID = "containerd://" + run.Id,
            },
        };
        return ended with { WillRestart = PodOutcome.ShouldRestart(spec, ended) };
    }
}
