using Pods.Manifests;

namespace Pods.Node;

/// <summary>Whether a pod is over, and how.</summary>
internal static class PodOutcome
{
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    /// <summary>Succeeded, Failed, or null while it goes on, be it only that its sidecars still run.</summary>
    public static string? Of(Pod pod, PodMemory memory) =>
        memory.Runs.Values.Any(r => r.Phase == RunPhase.Running) ? null
        : memory.Verdict is not null ? Failed
        : OfApps(pod.Spec!, memory);

    /// <summary>How the apps have ended for good; sidecars do not count.</summary>
    public static string? OfApps(PodSpec spec, PodMemory memory)
    {
        foreach (Container init in (spec.InitContainers ?? []).Where(c => !ContainerRules.IsSidecar(spec, c.Name)))
            if (memory.Run(init.Name) is { Phase: RunPhase.Exited, Ended.ExitCode: not 0 } failed && !ShouldRestart(spec, failed))
                return Failed;
        ContainerRun?[] runs = [.. (spec.Containers ?? []).Select(c => memory.Run(c.Name))];
        if (runs.Any(r => r is not { Phase: RunPhase.Exited } || ShouldRestart(spec, r)))
            return null;
        return runs.All(r => r!.Ended?.ExitCode == 0) ? Succeeded : Failed;
    }

    public static bool ShouldRestart(PodSpec spec, ContainerRun ended) =>
        ContainerRules.ShouldRestart(spec, ended.Name, ended.Ended?.ExitCode ?? 0);

    /// <summary>What activeDeadlineSeconds says of a pod now; null while its time is not up.</summary>
    public static PodVerdict? Overdue(Pod pod, PodMemory memory, DateTimeOffset now) =>
        memory.Verdict is null && ActiveUntil(pod, memory) <= now && OfApps(pod.Spec!, memory) is null
            ? new("DeadlineExceeded", "Pod was active on the node longer than the specified deadline",
                now + TimeSpan.FromSeconds(pod.Spec!.TerminationGracePeriodSeconds ?? 30))
            : null;

    public static DateTimeOffset? ActiveUntil(Pod pod, PodMemory memory) =>
        pod.Spec!.ActiveDeadlineSeconds is { } seconds && memory.StartedAt is { } started ? started + TimeSpan.FromSeconds(seconds) : null;
}
