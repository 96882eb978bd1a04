using Pods.Manifests;

namespace Pods.Node;

/// <summary>What podsd knows of a pod beyond its spec; kept beside it on disk, so that a restart forgets neither a count nor a reason.</summary>
public sealed record PodMemory
{
    public SandboxRecord? Sandbox { get; init; }
    /// <summary>How many sandboxes there were: a new one after the first counts as a restart of every container.</summary>
    public int SandboxCount { get; init; }
    /// <summary>The latest run of each container that has begun one.</summary>
    public IReadOnlyDictionary<string, ContainerRun> Runs { get; init; } = new Dictionary<string, ContainerRun>();
    /// <summary>Why the sandbox could not be made, and when it is tried again.</summary>
    public StepFailure? SandboxFailure { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>The cpus that containers have for themselves, given when the pod was made and kept to its end.</summary>
    public IReadOnlyDictionary<string, string>? Cpus { get; init; }
    /// <summary>The first of the machine's ids that are the pod's own (hostUsers: false), given when it was made and kept until it is gone.</summary>
    public uint? FirstUser { get; init; }
    /// <summary>Why the pod is failed as a whole, once it is.</summary>
    public PodVerdict? Verdict { get; init; }

    public PodMemory With(ContainerRun run) => this with { Runs = new Dictionary<string, ContainerRun>(Runs) { [run.Name] = run } };

    /// <summary>What a container runs on: its own cpus, or else everybody's; null where no cpu of the machine is anybody's own.</summary>
    public string? CpusOf(string container, string? shared) => Cpus?.GetValueOrDefault(container) ?? shared;

    public ContainerRun? Run(string? name) => name is null ? null : Runs.GetValueOrDefault(name);
}

/// <summary>The pause container of a pod, its network and its namespaces.</summary>
public sealed record SandboxRecord
{
    public required string Id { get; init; }
    /// <summary>The pod's cgroup: a path, or a slice of systemd; null in what podsd 0.1 early wrote.</summary>
    public string? Cgroup { get; init; }
    /// <summary>See <see cref="PodMemory.FirstUser"/>.</summary>
    public uint? FirstUser { get; init; }
    /// <summary>In which boot of the machine it was made.</summary>
    public string? BootId { get; init; }
    public bool IsReady { get; init; }
    /// <summary>Set once pause has died: everything in it is to be removed, then it is rebuilt.</summary>
    public bool HasEnded { get; init; }
    public int Pid { get; init; }
    public string? NetworkName { get; init; }
    public string? Interface { get; init; }
    public IReadOnlyList<string> Addresses { get; init; } = [];
}

/// <summary>Where a run stands.</summary>
public enum RunPhase
{
    /// <summary>Nothing runs: it waits for its image, or for its turn after a failure.</summary>
    Waiting,
    Running,
    Exited,
}

/// <summary>One run of a container: from its start to its end, and what is remembered of the one before.</summary>
public sealed record ContainerRun
{
    public required string Name { get; init; }
    /// <summary>containerd's id; empty before the first was made.</summary>
    public string Id { get; init; } = "";
    public string SandboxId { get; init; } = "";
    public int RestartCount { get; init; }
    public RunPhase Phase { get; init; }
    public int Pid { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public ContainerStateTerminated? Ended { get; init; }
    /// <summary>How the run before this one ended.</summary>
    public ContainerStateTerminated? Previous { get; init; }
    public string? ImageId { get; init; }
    public bool WasOutOfMemory { get; init; }
    /// <summary>Of a run that has ended: whether the pod's policy has it followed by another.</summary>
    public bool WillRestart { get; init; }
    /// <summary>The pause after the next end of a run; null before the first.</summary>
    public TimeSpan? Backoff { get; init; }
    /// <summary>Why it could not be started, and when it is tried again.</summary>
    public StepFailure? Failure { get; init; }
    /// <summary>Set from the start of a run until its postStart hook has ended well.</summary>
    public bool IsPostStartPending { get; init; }
    /// <summary>What the startup probe has said of this run.</summary>
    public bool HasStarted { get; init; }
    /// <summary>What the readiness probe says of this run.</summary>
    public bool IsReady { get; init; }
    /// <summary>Why this run is to be ended, though the pod goes on.</summary>
    public ContainerStop? Stop { get; init; }
    public bool IsPreStopDone { get; init; }
    /// <summary>With stdinOnce, once the client that had the input has gone.</summary>
    public bool IsInputClosed { get; init; }
    /// <summary>What of its definition it was started with; null where an older podsd started it.</summary>
    public string? Fingerprint { get; init; }
    /// <summary>The limits that it has.</summary>
    public string? Resources { get; init; }
    /// <summary>The cpus that it was put on; null: on all.</summary>
    public string? Cpus { get; init; }
    /// <summary>Why it could not be changed to what is wanted now; it goes on as it was.</summary>
    public StepFailure? UpdateFailure { get; init; }
}

/// <summary>A run that is to end: the kubelet's reason, a sentence, and when its grace period is over.</summary>
public sealed record ContainerStop(string Reason, string Message, DateTimeOffset Deadline);

/// <summary>The end of a pod as a whole: the reason and message that its status shows, and when its grace period is over.</summary>
public sealed record PodVerdict(string Reason, string Message, DateTimeOffset Deadline);

/// <summary>A step that failed: the reason and message that the pod's status shows, and the time of the next try.</summary>
public sealed record StepFailure(string Reason, string Message, DateTimeOffset RetryAt, TimeSpan Backoff);
