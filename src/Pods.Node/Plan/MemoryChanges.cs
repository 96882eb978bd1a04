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
        bool isInit = (spec.InitContainers ?? []).Any(c => c.Name == run.Name);
        return ended with { WillRestart = isInit ? status != 0 && spec.RestartPolicy != "Never" : PodOutcome.ShouldRestart(spec, ended) };
    }
}
