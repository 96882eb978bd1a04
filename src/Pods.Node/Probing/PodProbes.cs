using Pods.Manifests;

namespace Pods.Node;

/// <summary>The probes of one pod: each runs on its own timer for as long as the run of its container that it belongs to.</summary>
internal sealed class PodProbes(NodeServices node, Action<Func<PodMemory, PodMemory>> post, CancellationToken stopping)
{
    private readonly Dictionary<(string RunId, ProbeKind Kind), Loop> _loops = [];

    /// <summary>Begins and ends probes so that they fit what is known now. Called by the pod's worker alone.</summary>
    public void Follow(StoredPod stored)
    {
        bool isStopping = stored.Pod.Metadata?.DeletionTimestamp is not null || stored.Memory.Verdict is not null;
        Dictionary<(string, ProbeKind), (Container Container, ContainerRun Run, Probe Probe)> wanted = [];
        foreach (Container container in (stored.Pod.Spec!.InitContainers ?? []).Concat(stored.Pod.Spec.Containers ?? []))
            if (stored.Memory.Run(container.Name) is { Phase: RunPhase.Running, IsPostStartPending: false } run)
                foreach (var (kind, probe) in Wanted(container, run, isStopping || run.Stop is not null))
                    wanted[(run.Id, kind)] = (container, run, probe);
        // Another probe for the same run takes the place of the one before.
        foreach (var key in _loops.Keys.Where(k => !wanted.TryGetValue(k, out var now) || _loops[k].Probe != now.Probe).ToArray())
        {
            _loops.Remove(key, out Loop? over);
            over!.Cancel.Cancel();
            over.Cancel.Dispose();
        }
        foreach (var (key, (container, run, probe)) in wanted)
            if (!_loops.ContainsKey(key))
            {
                CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                _loops[key] = new(probe, cancel, RunAsync(key.Item2, stored, container, run, probe, cancel.Token));
            }
    }

    /// <summary>Ends all of them.</summary>
    public async Task EndAsync()
    {
        foreach (Loop loop in _loops.Values)
            await loop.Cancel.CancelAsync();
        await Task.WhenAll(_loops.Values.Select(l => l.Ended));
        foreach (Loop loop in _loops.Values)
            loop.Cancel.Dispose();
        _loops.Clear();
    }

    /// <summary>Until it has started only the startup probe is asked; one that is to end is not killed a second time.</summary>
    private static IEnumerable<(ProbeKind, Probe)> Wanted(Container container, ContainerRun run, bool isStopping)
    {
        if (container.StartupProbe is { } startup && !run.HasStarted)
        {
            if (!isStopping)
                yield return (ProbeKind.Startup, startup);
            yield break;
        }
        if (container.LivenessProbe is { } liveness && !isStopping)
            yield return (ProbeKind.Liveness, liveness);
        if (container.ReadinessProbe is { } readiness)
            yield return (ProbeKind.Readiness, readiness);
    }

    private async Task RunAsync(
        ProbeKind kind, StoredPod stored, Container container, ContainerRun run, Probe probe, CancellationToken cancel)
    {
        await Task.Yield();
        try
        {
            await AskUntilDecidedAsync(kind, stored, container, run, probe, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The container has ended, or podsd stops.
        }
    }

    private async Task AskUntilDecidedAsync(
        ProbeKind kind, StoredPod stored, Container container, ContainerRun run, Probe probe, CancellationToken cancel)
    {
        ProbeTally tally = new(probe.FailureThreshold ?? 3, probe.SuccessThreshold ?? 1);
        TimeSpan period = TimeSpan.FromSeconds(probe.PeriodSeconds ?? 10);
        bool? decided = kind == ProbeKind.Readiness ? run.IsReady : null;
        await WaitAsync(FirstAt(run, probe, period), cancel);
        while (true)
        {
            DateTimeOffset asked = node.Time.GetUtcNow();
            ProbeAnswer answer = await node.Probes.AskAsync(node, stored, container, probe, cancel);
            cancel.ThrowIfCancellationRequested();
            node.Metrics.Probed(stored.Pod.Metadata!.Uid!, container.Name!, kind, answer.IsGood);
            bool? verdict = tally.Note(answer.IsGood);
            if (!answer.IsGood)
                node.Events.Warn(stored.Pod, "Unhealthy", $"{kind} probe failed: {answer.Output}", container.Name);
            if (verdict is { } now && now != decided)
            {
                post(Decided(kind, stored.Pod, container, run.Id, probe, now));
                // A container that has started starts once, and one that is killed needs no second killing.
                if (kind == ProbeKind.Startup || (kind == ProbeKind.Liveness && !now))
                    return;
                decided = now;
            }
            await WaitAsync(asked + period, cancel);
        }
    }

    private Func<PodMemory, PodMemory> Decided(ProbeKind kind, Pod pod, Container container, string run, Probe probe, bool isGood)
    {
        if (kind == ProbeKind.Readiness)
            return memory => MemoryChanges.OfRun(memory, run, r => r with { IsReady = isGood });
        if (isGood)
            return kind == ProbeKind.Startup ? memory => MemoryChanges.OfRun(memory, run, r => r with { HasStarted = true }) : memory => memory;
        long grace = probe.TerminationGracePeriodSeconds ?? pod.Spec!.TerminationGracePeriodSeconds ?? 30;
        bool restarts = ContainerRules.ShouldRestart(pod.Spec!, container.Name!, 137);
        string message = $"Container {container.Name} failed {(kind == ProbeKind.Startup ? "startup" : "liveness")} probe"
            + (restarts ? ", will be restarted" : "");
        ContainerStop stop = new("Unhealthy", message, node.Time.GetUtcNow() + TimeSpan.FromSeconds(grace));
        return memory => MemoryChanges.ToStop(memory, run, stop);
    }

    /// <summary>A probe that is late because podsd was away begins at a random point, so that a hundred do not ask at once.</summary>
    private DateTimeOffset FirstAt(ContainerRun run, Probe probe, TimeSpan period)
    {
        DateTimeOffset now = node.Time.GetUtcNow();
        DateTimeOffset due = (run.StartedAt ?? now) + TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0);
        return now - due < period ? due : now + period * Random.Shared.NextDouble();
    }

    private async Task WaitAsync(DateTimeOffset until, CancellationToken cancel)
    {
        TimeSpan left = until - node.Time.GetUtcNow();
        if (left > TimeSpan.Zero)
            await Task.Delay(left, node.Time, cancel);
        cancel.ThrowIfCancellationRequested();
    }

    private sealed record Loop(Probe Probe, CancellationTokenSource Cancel, Task Ended);
}
