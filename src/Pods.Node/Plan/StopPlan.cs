using Pods.Manifests;

namespace Pods.Node;

/// <summary>In which order the containers of a pod are stopped: all apps at once, then the sidecars, the last one first. Pure.</summary>
internal static class StopPlan
{
    /// <summary>What a container gets after its signal though a hook, or those before it, have used up the grace period.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(2);

    /// <summary>Past the deadline and this long, whatever still runs is removed with the sandbox.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static PodPlan Of(PodSpec spec, PodMemory memory, DateTimeOffset deadline, DateTimeOffset now)
    {
        ContainerRun[] running = [.. memory.Runs.Values.Where(r => r.Phase == RunPhase.Running)];
        bool areAppsGone = running.All(r => ContainerRules.IsSidecar(spec, r.Name));
        string? last = (spec.InitContainers ?? []).LastOrDefault(c => running.Any(r => r.Name == c.Name))?.Name;
        PodStep[] steps =
        [
            .. running.Select(r =>
            {
                bool isSidecar = ContainerRules.IsSidecar(spec, r.Name);
                bool isTurn = !isSidecar || now >= deadline || (areAppsGone && r.Name == last);
                return Step(ContainerRules.Find(spec, r.Name), r, deadline, isTurn, isLate: isSidecar, now);
            }).OfType<PodStep>(),
        ];
        return new(steps, deadline > now ? deadline : deadline + Patience);
    }

    /// <summary>The next thing to do for a container that is to end; null while it waits for its turn.</summary>
    public static PodStep? Step(
        Container? container, ContainerRun run, DateTimeOffset deadline, bool isTurn, bool isLate, DateTimeOffset now)
    {
        bool hasHook = container?.Lifecycle?.PreStop is not null;
        if (hasHook && !run.IsPreStopDone && now < deadline)
            return new PodStep.PreStop(run.Name, deadline);
        if (!isTurn)
            return null;
        bool isShort = (hasHook || isLate) && deadline < now + Least;
        return new PodStep.StopContainer(run.Name, isShort ? now + Least : deadline);
    }
}
