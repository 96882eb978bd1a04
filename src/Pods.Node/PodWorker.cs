using System.Threading.Channels;
using Pods.Containerd;
using Pods.Manifests;
using Pods.Network;

namespace Pods.Node;

/// <summary>
/// One pod's reconciler: what is known changes only on its own loop; steps run beside it and post what they found.
/// It sleeps until something happens or the plan's time has come.
/// </summary>
internal sealed class PodWorker
{
    private static readonly TimeSpan RemovalRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(20);   // what a timer takes

    private readonly NodeServices _node;
    private readonly string _uid;
    private readonly PodCgroups _cgroups;
    private readonly SandboxSteps _sandboxes;
    private readonly ContainerSteps _containers;
    private readonly TeardownSteps _teardown;
    private readonly HookSteps _hooks;
    private readonly StopSteps _stops;
    private readonly PodProbes _probes;
    private readonly TerminationMessages _messages;
    private readonly VolumeUpdates _volumes;
    private readonly CancellationToken _stopping;
    private readonly Channel<Notice> _inbox = Channel.CreateUnbounded<Notice>();
    private readonly Dictionary<PodStep, Task> _running = [];
    private readonly TaskCompletionSource _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _deleting = new();
    private CancellationTokenSource _stopChanges = new();   // cancelled and made anew when the deadline of the deletion changes
    private DateTimeOffset? _deadline;
    private DateTimeOffset? _halt;   // of podsd's life and no longer: the next one, after the reboot, begins as ever
    private DateTimeOffset _retryAt = DateTimeOffset.MinValue;

    public PodWorker(NodeServices node, string uid, CancellationToken stopping)
    {
        (_node, _uid, _stopping) = (node, uid, stopping);
        (_cgroups, _sandboxes, _containers, _teardown) = (new(node.Options), new(node), new(node), new(node));
        (_hooks, _stops, _probes, _messages) = (new(node), new(node), new(node, Post, stopping), new(node.Options));
        _volumes = new(node, Wake, stopping);
        Ended = RunAsync();
    }

    /// <summary>Ends when the pod is forgotten or podsd stops.</summary>
    public Task Ended { get; }

    /// <summary>The uid of the pod that has taken its place.</summary>
    public string? Successor { get; private set; }

    /// <summary>Something about the pod's spec or deletion changed.</summary>
    public void Wake() => Post(memory => memory);

    /// <summary>The machine goes down: what runs ends by then, nothing begins, and the pod stays.</summary>
    /// <returns>Done when nothing of it is left in containerd.</returns>
    public Task HaltAsync(DateTimeOffset deadline)
    {
        Post(memory =>
        {
            _halt ??= deadline;
            return memory;
        });
        return _halted.Task;
    }

    /// <summary>A container has ended: known once its last words are.</summary>
    public async Task PostExitAsync(Pod pod, ContainerRun run, int status, DateTimeOffset at)
    {
        try
        {
            await _messages.WrittenAsync(pod, run, status, _stopping);
        }
        catch (OperationCanceledException)
        {
            return;   // podsd stops: its next look at containerd finds the exit
        }
        Post(memory => MemoryChanges.Exited(memory, pod.Spec!, run.Id, status, at));
    }

    public void Post(Func<PodMemory, PodMemory> change) => _inbox.Writer.TryWrite(new(change, null));

    // The end of a step and what it found are one notice: a step that seemed to run still would hold back the next for ever.
    private void PostEnd(PodStep step, Func<PodMemory, PodMemory> change) => _inbox.Writer.TryWrite(new(change, step));

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (Judge() is { } stored)
            {
                await NoteEndAsync(stored);
                PodPlan plan = PodPlan.For(stored.Pod, stored.Memory, _node.Time.GetUtcNow(), _halt, _node.Cpus.Shared);
                if (_halt is not null && plan.Steps.Count == 0 && _running.Count == 0 && stored.Memory.Sandbox is null)
                    _halted.TrySetResult();
                PublishStatus();
                // A pod that is over has no cpus of its own any more, be it that it stays for its logs.
                if (stored.Memory.Cpus is not null)
                    _node.Cpus.Refresh(_node.Store);
                _probes.Follow(stored);
                _volumes.Follow(stored);
                foreach (PodStep step in plan.Steps.Where(MayBegin))
                    Begin(step, stored);
                await SleepAsync(plan);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // podsd stops: the pod goes on without it.
        }
        await Task.WhenAll([_probes.EndAsync(), _volumes.IdleAsync(), .. _running.Values]);
        _halted.TrySetResult();
        _deleting.Dispose();
        _stopChanges.Dispose();
    }

    /// <summary>The pod, failed as a whole once its time is up.</summary>
    private StoredPod? Judge() => _node.Store.FindByUid(_uid) is { } stored
        && PodOutcome.Overdue(stored.Pod, stored.Memory, _node.Time.GetUtcNow()) is { } verdict
            ? _node.Store.Update(_uid, s => WithStatus(s with { Memory = s.Memory with { Verdict = verdict } }), isDurable: true)
            : _node.Store.FindByUid(_uid);

    /// <summary>Nothing is started any more in a pod that ends; another deadline counts for hooks and stops that are under way too.</summary>
    private async Task NoteEndAsync(StoredPod stored)
    {
        DateTimeOffset? deadline = stored.Pod.Metadata!.DeletionTimestamp ?? stored.Memory.Verdict?.Deadline ?? _halt;
        if (deadline == _deadline)
            return;
        _deadline = deadline;
        await _deleting.CancelAsync();
        await _stopChanges.CancelAsync();
        _stopChanges.Dispose();
        _stopChanges = new();
    }

    /// <summary>Steps on the whole sandbox run alone; those on containers beside each other, one at a time for each.</summary>
    private bool MayBegin(PodStep step) =>
        _node.Time.GetUtcNow() >= _retryAt
        && (step.Container is { } name ? _running.Keys.All(k => k.Container is { } other && other != name) : _running.Count == 0);

    private async Task SleepAsync(PodPlan plan)
    {
        DateTimeOffset now = _node.Time.GetUtcNow();
        DateTimeOffset? wakeAt = plan.Steps.Count > 0 && _retryAt > now ? _retryAt : plan.WakeAt;
        using CancellationTokenSource sleep = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        if (wakeAt is { } at && _running.Count == 0)
            sleep.CancelAfter(Until(at, now));
        else if (plan.WakeAt is { } later)
            sleep.CancelAfter(Until(later, now));
        try
        {
            await _inbox.Reader.WaitToReadAsync(sleep.Token);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return;   // the plan's time has come
        }
        while (_inbox.Reader.TryRead(out Notice notice))
        {
            if (notice.Ended is not null)
                _running.Remove(notice.Ended);
            _node.Store.Update(_uid, stored => Apply(stored, notice.Change), isDurable: false);
        }
    }

    /// <summary>Rounded up: a timer that fires a moment early would find nothing to do.</summary>
    private static TimeSpan Until(DateTimeOffset at, DateTimeOffset now) =>
        TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((at - now).TotalMilliseconds), 1, LongestSleep.TotalMilliseconds));

    private StoredPod Apply(StoredPod stored, Func<PodMemory, PodMemory> change)
    {
        PodMemory memory = _messages.Note(stored.Pod, stored.Memory, change(stored.Memory));
        _node.Events.Changed(stored.Pod, stored.Memory, memory);
        return ReferenceEquals(memory, stored.Memory) ? stored : WithStatus(stored with { Memory = memory });
    }

    /// <summary>Also when nothing was posted: a back-off that has run out is another state.</summary>
    private void PublishStatus() => _node.Store.Update(_uid, WithStatus, isDurable: false);

    private StoredPod WithStatus(StoredPod stored)
    {
        PodStatus status = PodStatusView.Of(stored.Pod, stored.Memory, _node.HostAddress.Current, _node.Time.GetUtcNow());
        if (PodStatusComparison.AreEqual(status, stored.Pod.Status))
            return stored;
        if (status.Phase == "Running" && stored.Pod is { Status.Phase: "Pending", Metadata.CreationTimestamp: { } created })
            _node.Metrics.PodStarted(_node.Time.GetUtcNow() - created);
        return stored with { Pod = stored.Pod with { Status = status } };
    }

    private void Begin(PodStep step, StoredPod stored) => _running[step] = RunStepAsync(step, stored, step switch
    {
        PodStep.StartContainer or PodStep.PostStart or PodStep.CreateSandbox or PodStep.PrepareUpdate => _deleting.Token,
        PodStep.PreStop or PodStep.StopContainer => _stopChanges.Token,
        _ => CancellationToken.None,
    });

    private async Task RunStepAsync(PodStep step, StoredPod stored, CancellationToken ends)
    {
        await Task.Yield();
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(_stopping, ends);
        try
        {
            PostEnd(step, await DoAsync(step, stored, cancel.Token));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            PostEnd(step, memory => memory);
        }
        catch (Exception e)
        {
            Fail(step, stored.Pod, e);
        }
    }

    private async Task<Func<PodMemory, PodMemory>> DoAsync(PodStep step, StoredPod stored, CancellationToken cancel)
    {
        Pod pod = stored.Pod;
        switch (step)
        {
            case PodStep.CreateSandbox:
                return await CreateSandboxAsync(pod, stored.Memory, cancel);
            case PodStep.StartContainer start:
                return await StartContainerAsync(pod, stored.Memory, start.Name, cancel);
            case PodStep.Move when stored.Memory.Run(step.Container) is { } run:
                string? cpus = stored.Memory.CpusOf(run.Name, _node.Cpus.Shared);
                await _containers.MoveAsync(ContainerRules.Find(pod.Spec!, run.Name)!, run, cpus, cancel);
                return memory => MemoryChanges.OfRun(memory, run.Id, r => r with { Cpus = cpus, UpdateFailure = null });
            case PodStep.PrepareUpdate or PodStep.Resize when stored.Memory.Run(step.Container) is { } run:
                return await UpdateContainerAsync(pod, step, run, cancel);
            case PodStep.PostStart hook:
                return await PostStartAsync(stored, hook.Name, hook.RunId, cancel);
            case PodStep.PreStop hook when stored.Memory.Run(hook.Name) is { } run:
                await _hooks.PreStopAsync(stored, ContainerRules.Find(pod.Spec!, hook.Name)!, hook.Deadline, cancel);
                return memory => MemoryChanges.OfRun(memory, run.Id, r => r with { IsPreStopDone = true });
            case PodStep.StopContainer stop when stored.Memory.Run(stop.Name) is { } run:
                _node.Events.Stopping(pod, run);
                ProcessExit? exit = await _stops.StopAsync(pod, run, stop.KillAt, cancel);
                await _messages.WrittenAsync(pod, run, exit?.Status ?? 0, cancel);
                return memory => MemoryChanges.Exited(memory, pod.Spec!, run.Id, exit?.Status ?? 137, exit?.At ?? _node.Time.GetUtcNow());
            case PodStep.RemoveSandbox:
                await _teardown.RemoveSandboxAsync(_uid, stored.Memory.Sandbox?.Id, CgroupOf(stored), cancel);
                return memory => MemoryChanges.SandboxRemoved(memory, pod.Spec!, _node.Time.GetUtcNow());
            default:
                await _teardown.RemoveSandboxAsync(_uid, stored.Memory.Sandbox?.Id, CgroupOf(stored), cancel);
                await _volumes.IdleAsync();
                await _teardown.RemoveFilesAsync(pod, cancel);
                Successor = Succession.End(_node, _uid);
                return memory => memory;
        }
    }

    /// <summary>As it was made: the driver may have changed since.</summary>
    private string CgroupOf(StoredPod stored) => stored.Memory.Sandbox?.Cgroup ?? _cgroups.NameOf(stored.Pod);

    private async Task<Func<PodMemory, PodMemory>> CreateSandboxAsync(Pod pod, PodMemory memory, CancellationToken cancel)
    {
        // What a crash or a failed try left of an earlier sandbox goes first.
        if (memory.Sandbox is { } half)
            await _teardown.RemoveSandboxAsync(_uid, half.Id, half.Cgroup ?? _cgroups.NameOf(pod), cancel);
        await _volumes.IdleAsync();
        string id = ContainerSteps.NewId(), cgroup = _cgroups.NameOf(pod);
        // In the file before anything is made of it: after a crash this id says what to remove. Not forced to the platter: after
        // a power cut nothing of it runs, and what lies on the disk is found by its labels and by the attachments of the network.
        SandboxRecord begun = new() { Id = id, Cgroup = cgroup, BootId = _node.BootId, FirstUser = memory.FirstUser };
        _node.Store.Update(_uid, s => s with { Memory = s.Memory with { Sandbox = begun } }, isDurable: false);
        SandboxRecord sandbox;
        try
        {
            sandbox = await _sandboxes.CreateAsync(pod, begun, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await RemoveHalfAsync(id, cgroup);
            throw;
        }
        DateTimeOffset now = _node.Time.GetUtcNow();
        return m => m with
        {
            Sandbox = m.Sandbox?.Id == id ? sandbox with { HasEnded = m.Sandbox.HasEnded } : m.Sandbox,
            SandboxCount = m.SandboxCount + 1,
            SandboxFailure = null,
            StartedAt = m.StartedAt ?? now,
        };
    }

    /// <summary>Until the next try nothing stays: no pause without a network, no address of a pod without pause.</summary>
    private async Task RemoveHalfAsync(string id, string cgroup)
    {
        try
        {
            await _teardown.RemoveSandboxAsync(_uid, id, cgroup, CancellationToken.None);
        }
        catch (Exception e) when (e is ContainerdException or CniException or StepException)
        {
            _node.Log($"pod {_uid}: what is left of a sandbox that failed goes before the next try: {e.Message}");
        }
    }

    private async Task<Func<PodMemory, PodMemory>> StartContainerAsync(Pod pod, PodMemory memory, string name, CancellationToken cancel)
    {
        Container container = ContainerRules.Find(pod.Spec!, name)!;
        string? cpus = memory.CpusOf(name, _node.Cpus.Shared);
        ContainerRun run = await _containers.StartAsync(pod, container, memory.Sandbox!, memory.Run(name), cpus, cancel);
        // Noted at once: the exit of a container that is not known yet would belong to no pod. One that came before is in containerd.
        _node.Store.Update(_uid, s => Apply(s, m => m.With(run)), isDurable: false);
        _node.Events.Started(pod, name);
        TaskRecord? task = await _node.Containerd.Tasks.FindAsync(run.Id, "", cancel);
        if (task is { Status: ProcessStatus.Stopped })
            await _messages.WrittenAsync(pod, run, task.ExitStatus, cancel);
        return m => task is { Status: ProcessStatus.Stopped }
            ? MemoryChanges.Exited(m, pod.Spec!, run.Id, task.ExitStatus, task.ExitedAt ?? _node.Time.GetUtcNow())
            : m;
    }

    private async Task<Func<PodMemory, PodMemory>> UpdateContainerAsync(Pod pod, PodStep step, ContainerRun run, CancellationToken cancel)
    {
        Container container = ContainerRules.Find(pod.Spec!, run.Name)!;
        if (step is PodStep.Resize)
        {
            await _containers.ResizeAsync(
                pod, container, run, _node.Store.FindByUid(_uid)?.Memory.Sandbox?.Cgroup ?? _cgroups.NameOf(pod), cancel);
            _node.Events.Tell(pod, ObjectEvent.Normal, "ResizeCompleted", $"Resources of container {run.Name} changed", run.Name);
            return m => MemoryChanges.OfRun(
                m, run.Id, r => r with { Resources = ContainerFingerprint.OfResources(container), UpdateFailure = null });
        }
        await _containers.PrepareUpdateAsync(pod, container, cancel);
        TimeSpan grace = TimeSpan.FromSeconds(pod.Spec!.TerminationGracePeriodSeconds ?? 30);
        ContainerStop stop = new(
            "ContainerChanged", $"Container {run.Name} definition changed, will be restarted", _node.Time.GetUtcNow() + grace);
        return m => MemoryChanges.ToStop(m, run.Id, stop);
    }

    private async Task<Func<PodMemory, PodMemory>> PostStartAsync(StoredPod stored, string name, string runId, CancellationToken cancel)
    {
        string? failure = await _hooks.PostStartAsync(stored, ContainerRules.Find(stored.Pod.Spec!, name)!, cancel);
        if (failure is null)
            return m => MemoryChanges.OfRun(m, runId, r => r with { IsPostStartPending = false });
        _node.Events.Warn(stored.Pod, "FailedPostStartHook", failure, name);
        DateTimeOffset deadline = _node.Time.GetUtcNow() + TimeSpan.FromSeconds(stored.Pod.Spec!.TerminationGracePeriodSeconds ?? 30);
        return m => MemoryChanges.ToStop(m, runId, new("PostStartHookError", failure, deadline));
    }

    private void Fail(PodStep step, Pod pod, Exception e)
    {
        (string reason, string message) = e is StepException known
            ? (known.Reason, known.Message) : (step is PodStep.CreateSandbox ? "FailedCreatePodSandBox" : "RunContainerError", e.Message);
        DateTimeOffset now = _node.Time.GetUtcNow();
        _node.Log($"pod {_uid}: {step.GetType().Name}: {message}");
        _node.Events.Failed(pod, step, reason, message);
        switch (step)
        {
            case PodStep.StartContainer start:
                PostEnd(step, m => MemoryChanges.StartFailed(m, start.Name, reason, message, now));
                break;
            case PodStep.PrepareUpdate or PodStep.Resize or PodStep.Move:
                PostEnd(step, m => MemoryChanges.UpdateFailed(m, step.Container!, reason, message, now));
                break;
            case PodStep.CreateSandbox:
                PostEnd(step, m => m with { SandboxFailure = MemoryChanges.Failure(m.SandboxFailure, reason, message, now) });
                break;
            default:
                _retryAt = now + RemovalRetry;
                PostEnd(step, memory => memory);
                break;
        }
    }

    /// <summary>What is to be noted, and the step that ended with it, if one did.</summary>
    private readonly record struct Notice(Func<PodMemory, PodMemory> Change, PodStep? Ended);
}
