using Pods.Manifests;

namespace Pods.Node;

/// <summary>The status of a pod as Kubernetes fills it, from what podsd knows. Pure.</summary>
internal static class PodStatusView
{
    /// <param name="pod">With the status shown so far, whose transition times are kept where nothing changed.</param>
    /// <param name="memory">What is known.</param>
    /// <param name="hostIp">The node's address.</param>
    /// <param name="now">The time.</param>
    public static PodStatus Of(Pod pod, PodMemory memory, string hostIp, DateTimeOffset now)
    {
        PodSpec spec = pod.Spec!;
        bool initialized = (spec.Containers ?? []).Any(c => memory.Run(c.Name) is { Id.Length: > 0 })
            || (spec.InitContainers ?? []).All(c => IsDone(spec, memory, c));
        ContainerStatus[] containers =
        [
            .. (spec.Containers ?? []).Select(c => Status(c, memory, now, initialized ? "ContainerCreating" : "PodInitializing")),
        ];
        ContainerStatus[] inits = [.. (spec.InitContainers ?? []).Select(c => InitStatus(spec, c, memory, now))];
        ContainerStatus[] lasting = [.. inits.Where(c => ContainerRules.IsSidecar(spec, c.Name)), .. containers];
        string phase = Phase(pod, memory, containers, initialized);
        IReadOnlyList<string> addresses = spec.HostNetwork == true ? [hostIp] : memory.Sandbox is { HasEnded: false } s ? s.Addresses : [];
        if (memory.Sandbox is not { IsReady: true } && spec.HostNetwork == true)
            addresses = [];
        return new()
        {
            Phase = phase,
            Conditions = Conditions(pod, memory, lasting, initialized, phase, now),
            Message = memory.Verdict?.Message ?? memory.SandboxFailure?.Message,
            Reason = memory.Verdict?.Reason ?? memory.SandboxFailure?.Reason,
            HostIP = hostIp,
            HostIPs = [new() { Ip = hostIp }],
            PodIP = addresses.Count > 0 ? addresses[0] : null,
            PodIPs = addresses.Count > 0 ? [.. addresses.Select(a => new IpAddress { Ip = a })] : null,
            StartTime = memory.StartedAt,
            QosClass = QosClass.Of(spec),
            InitContainerStatuses = inits.Length > 0 ? inits : null,
            ContainerStatuses = containers,
            ObservedGeneration = pod.Metadata?.Generation,
        };
    }

    private static bool IsDone(PodSpec spec, PodMemory memory, Container init) => ContainerRules.IsSidecar(spec, init.Name)
        ? ContainerRules.HasStarted(init, memory.Run(init.Name))
        : memory.Run(init.Name) is { Phase: RunPhase.Exited, Ended.ExitCode: 0 };

    private static string Phase(Pod pod, PodMemory memory, ContainerStatus[] containers, bool initialized) =>
        PodOutcome.Of(pod, memory) is { } over ? over
        : !initialized || containers.Any(c => c.State?.Running is null && c.LastState is null && c.State?.Terminated is null) ? "Pending"
        : "Running";

    private static ContainerStatus Status(Container container, PodMemory memory, DateTimeOffset now, string waitingReason)
    {
        ContainerRun? run = memory.Run(container.Name);
        return new()
        {
            Name = container.Name,
            Image = container.Image,
            ImageID = run?.ImageId ?? "",
            ContainerID = string.IsNullOrEmpty(run?.Id) ? null : "containerd://" + run.Id,
            RestartCount = run?.RestartCount ?? 0,
            Ready = ContainerRules.IsReady(container, run),
            Started = ContainerRules.HasStarted(container, run),
            State = State(run, now, waitingReason),
            LastState = LastState(run, now),
        };
    }

    /// <summary>One that is to end is ready when it has ended well, and starts nothing by running.</summary>
    private static ContainerStatus InitStatus(PodSpec spec, Container init, PodMemory memory, DateTimeOffset now)
    {
        ContainerStatus status = Status(init, memory, now, "PodInitializing");
        return ContainerRules.IsSidecar(spec, init.Name)
            ? status : status with { Ready = IsDone(spec, memory, init), Started = false };
    }

    private static ContainerState State(ContainerRun? run, DateTimeOffset now, string waitingReason) => run switch
    {
        { Phase: RunPhase.Running, IsPostStartPending: true } => new()
        {
            Waiting = run.Stop is { } stop ? new() { Reason = stop.Reason, Message = stop.Message } : new() { Reason = waitingReason },
        },
        { Phase: RunPhase.Running } => new() { Running = new() { StartedAt = run.StartedAt } },
        { Failure: { } failure } => new() { Waiting = new() { Reason = failure.Reason, Message = failure.Message } },
        { Phase: RunPhase.Exited } when IsBackingOff(run, now) => new()
        {
            Waiting = new()
            {
                Reason = "CrashLoopBackOff",
                Message = $"back-off {(int)run.Backoff!.Value.TotalSeconds}s restarting failed container={run.Name}",
            },
        },
        { Phase: RunPhase.Exited } => new() { Terminated = run.Ended },
        _ => new() { Waiting = new() { Reason = waitingReason } },
    };

    /// <summary>A run that has ended moves to lastState while the container waits for the next.</summary>
    private static ContainerState? LastState(ContainerRun? run, DateTimeOffset now) =>
        run is { Phase: RunPhase.Exited, Ended: { } ended } && (IsBackingOff(run, now) || run.Failure is not null) ? new() { Terminated = ended }
        : run?.Previous is { } previous ? new() { Terminated = previous }
        : null;

    private static bool IsBackingOff(ContainerRun run, DateTimeOffset now) =>
        run is { WillRestart: true, Backoff: not null } && RestartBackoff.NextStart(run) > now;

    private static IReadOnlyList<PodCondition> Conditions(
        Pod pod, PodMemory memory, ContainerStatus[] containers, bool initialized, string phase, DateTimeOffset now)
    {
        bool isOver = phase is PodOutcome.Succeeded or PodOutcome.Failed;
        string[] unready = [.. containers.Where(c => !c.Ready).Select(c => c.Name!)];
        bool ready = unready.Length == 0 && initialized && !isOver;
        string? reason = ready ? null : phase == PodOutcome.Succeeded ? "PodCompleted" : isOver ? "PodFailed" : "ContainersNotReady";
        string? message = reason == "ContainersNotReady" ? $"containers with unready status: [{string.Join(' ', unready)}]" : null;
        PodCondition[] conditions =
        [
            new() { Type = "PodScheduled", Status = "True" },
            new()
            {
                Type = "Initialized",
                Status = initialized ? "True" : "False",
                Reason = initialized ? null : "ContainersNotInitialized",
            },
            new() { Type = "ContainersReady", Status = ready ? "True" : "False", Reason = reason, Message = message },
            new() { Type = "Ready", Status = ready ? "True" : "False", Reason = reason, Message = message },
        ];
        if (memory.Runs.Values.FirstOrDefault(r => r.UpdateFailure is not null)?.UpdateFailure is { } failure)
            conditions = [.. conditions, new() { Type = "PodUpdated", Status = "False", Reason = failure.Reason, Message = failure.Message }];
        if (memory.Verdict is { Reason: "Evicted" } evicted)
            conditions = [.. conditions, new() { Type = "DisruptionTarget", Status = "True", Reason = "TerminationByKubelet", Message = evicted.Message }];
        return [.. conditions.Select(c => c with { LastTransitionTime = Since(pod, c) ?? now })];
    }

    /// <summary>When the condition became what it is; null when that is now.</summary>
    private static DateTimeOffset? Since(Pod pod, PodCondition condition) =>
        pod.Status?.Conditions?.FirstOrDefault(c => c.Type == condition.Type && c.Status == condition.Status)?.LastTransitionTime;
}
