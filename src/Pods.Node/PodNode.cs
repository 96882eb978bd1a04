using System.Collections.Concurrent;
using Pods.Containerd;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>The pods of this machine: what the API asks for goes in here, and each pod has one worker that makes it true.</summary>
public sealed partial class PodNode
{
    private static readonly TimeSpan WorkerPause = TimeSpan.FromSeconds(5);

    private readonly NodeServices _node;
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new();   // by pod uid
    private readonly TaskCompletionSource _firstSync = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _starting = new();
    private bool _isBegun;   // guarded by _starting: every pod from now on gets its worker when it is made
    private CancellationToken _stopping;

    public PodNode(NodeServices node)
    {
        _node = node;
        node.Objects.Changed += OnObjectChanged;
        node.Cpus.Changed += OnCpusChanged;
    }

    public NodeServices Services => _node;

    /// <summary>Finds the pods that are there, removes what belongs to none, and keeps everything as wanted until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _stopping = stopping;
        TaskEvents events = new(_node.Containerd, _node.Options, _node.Log, OnExit, OnOutOfMemory, ResyncAsync);
        try
        {
            if (await new PodCgroups(_node.Options).PrepareAsync(stopping) is { } amiss)
                _node.Log(amiss);
            await events.RunAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(_workers.Values.Select(w => w.Ended));
        }
    }

    /// <summary>Done once the state of containerd is known and each pod has its worker; until then no pod is touched.</summary>
    public Task Ready => _firstSync.Task;

    /// <exception cref="NodeException">It is invalid, or there is one of that name.</exception>
    public Pod Create(string space, Pod given, bool isDryRun = false)
    {
        Pod pod = Admit(given, space);
        if (isDryRun)
            return _node.Store.Find(space, pod.Metadata!.Name!) is null ? pod : throw NodeException.AlreadyExists(pod.Metadata.Name!);
        Pod created;
        lock (_node.Admitting)
        {
            CheckQuota(pod, replaced: null);
            IReadOnlyDictionary<string, string>? cpus = _node.Cpus.Give(pod, _node.Store.List());
            created = _node.Store.Add(pod, new() { Cpus = cpus, FirstUser = UserRanges.Give(pod, _node.Store.List()) });
        }
        _node.Cpus.Refresh(_node.Store);
        StartWorker(created.Metadata!.Uid!);
        return _node.Store.FindByUid(created.Metadata.Uid!)?.Pod ?? created;
    }

    /// <summary>
    /// As little as the change asks for: labels nothing, a container itself, the pod only for what its sandbox is made of. A new
    /// pod takes the place of the old one when its images are there; until then the old one stays as it was. Once the old one ends
    /// the new one comes, though nobody waits for it any more and podsd is killed meanwhile; a deletion alone prevents it.
    /// </summary>
    /// <exception cref="NodeException">It is not there, invalid, changed meanwhile, or its new images cannot be had.</exception>
    public async Task<Pod> ReplaceAsync(string space, string name, Pod given, bool isDryRun, CancellationToken cancel)
    {
        StoredPod existing = _node.Store.Find(space, name) ?? throw NodeException.NotFound(name);
        if (given.Metadata?.ResourceVersion is { Length: > 0 } version && version != existing.Pod.Metadata!.ResourceVersion)
            throw NodeException.Conflict(name);
        Pod named = given with { Metadata = (given.Metadata ?? new()) with { Name = name } };
        Pod wanted = Admit(named, space);
        CheckQuota(wanted, replaced: existing.Pod);
        PodUpdate update = PodUpdate.Between(existing.Pod, wanted);
        if (isDryRun)
            return PodChanges.Apply(existing, wanted, _node.Time.GetUtcNow()).Pod;
        if (!update.NeedsNewPod && existing.Successor is null)
            return Change(existing.Pod.Metadata!.Uid!, wanted) ?? throw NodeException.NotFound(name);
        RefuseIfDeleted(existing);
        // Before the old one goes: with its own given back there must be enough.
        string uid = existing.Pod.Metadata!.Uid!;
        _node.Cpus.Give(wanted, _node.Store.List().Where(other => other.Pod.Metadata!.Uid != uid));
        await PullNewImagesAsync(existing.Pod, wanted, cancel);
        End(existing, successor: wanted);
        await Ready.WaitAsync(cancel);
        StartWorker(uid);   // which begins after the first look at containerd, be it that this call came before
        if (_workers.TryGetValue(uid, out PodWorker? worker))
            await worker.Ended.WaitAsync(cancel);
        return _node.Store.FindByUid(wanted.Metadata!.Uid!)?.Pod ?? throw NodeException.NotFound(name);
    }

    /// <summary>One that ends to make room for another is not meant.</summary>
    private static void RefuseIfDeleted(StoredPod stored)
    {
        if (stored is { Successor: null, Pod.Metadata: { DeletionTimestamp: not null, Name: { } name } })
            throw new NodeException(409, "Conflict", $"pod \"{name}\" is being deleted: apply it again when it is gone") { ObjectName = name };
    }

    private Pod? Change(string uid, Pod wanted)
    {
        DateTimeOffset now = _node.Time.GetUtcNow();
        Pod? changed = _node.Store.Update(uid, s => PodChanges.Apply(s, wanted, now), isDurable: true)?.Pod;
        if (_workers.TryGetValue(uid, out PodWorker? worker))
            worker.Wake();
        return changed;
    }

    private async Task PullNewImagesAsync(Pod before, Pod wanted, CancellationToken cancel)
    {
        ImageSupply images = new(_node);
        HashSet<string?> old = [.. PodChanges.Containers(before).Select(c => c.Image)];
        foreach (Container container in PodChanges.Containers(wanted).Where(c => !old.Contains(c.Image)))
        {
            try
            {
                await images.GetAsync(before, container, cancel);
            }
            catch (StepException e)
            {
                string name = wanted.Metadata!.Name!;
                throw new NodeException(422, "Invalid", $"pod \"{name}\" stays as it is: container \"{container.Name}\": {e.Message}")
                {
                    ObjectName = name,
                };
            }
        }
    }

    /// <summary>Begins the deletion; a shorter grace period of a second call is taken, a longer one is not.</summary>
    /// <exception cref="NodeException">It is not there.</exception>
    public Pod Delete(string space, string name, long? graceSeconds) =>
        End(_node.Store.Find(space, name) ?? throw NodeException.NotFound(name), graceSeconds);

    /// <summary>One that has gone meanwhile is as good as ended.</summary>
    /// <param name="existing">The pod.</param>
    /// <param name="graceSeconds">Its own when null.</param>
    /// <param name="successor">What then takes its place; null: nothing, be it that something should have before.</param>
    /// <exception cref="NodeException">It is being deleted for good, and something is to take its place.</exception>
    internal Pod End(StoredPod existing, long? graceSeconds = null, Pod? successor = null)
    {
        string uid = existing.Pod.Metadata!.Uid!;
        long grace = Math.Max(0, graceSeconds ?? existing.Pod.Spec!.TerminationGracePeriodSeconds ?? 30);
        DateTimeOffset deadline = _node.Time.GetUtcNow() + TimeSpan.FromSeconds(grace);
        StoredPod? marked = Mark(uid, s =>
        {
            if (successor is not null)
                RefuseIfDeleted(s);
            ObjectMeta meta = s.Pod.Metadata!;
            return s with
            {
                Pod = meta.DeletionTimestamp <= deadline ? s.Pod
                    : s.Pod with { Metadata = meta with { DeletionTimestamp = deadline, DeletionGracePeriodSeconds = grace } },
                Successor = successor,
            };
        });
        Wake(uid);
        return marked?.Pod ?? existing.Pod;
    }

    /// <summary>
    /// An end is durable where it can be. On a full disk it takes place all the same: nothing else would make room, and who then
    /// loses the power too finds a pod that has to be deleted once more.
    /// </summary>
    private StoredPod? Mark(string uid, Func<StoredPod, StoredPod> change)
    {
        try
        {
            return _node.Store.Update(uid, change, isDurable: true);
        }
        catch (IOException e)
        {
            _node.Log($"pod {uid}: its end cannot be written down, and takes place all the same: {e.Message}");
            return _node.Store.Update(uid, change, isDurable: false);
        }
    }

    /// <summary>Ends a pod for good, as failed, because of what it has used of the node. Its owner, if it has one, makes another.</summary>
    internal void Evict(string uid, string message)
    {
        PodVerdict verdict = new("Evicted", message, _node.Time.GetUtcNow() + TimeSpan.FromSeconds(1));   // the kubelet's grace here
        if (Mark(uid, s => s.Memory.Verdict is null ? s with { Memory = s.Memory with { Verdict = verdict } } : s) is not { } evicted)
            return;
        _node.Events.Warn(evicted.Pod, "Evicted", message);
        Wake(uid);
    }

    private void Wake(string uid)
    {
        if (_workers.TryGetValue(uid, out PodWorker? worker))
            worker.Wake();
    }

    /// <summary>
    /// Every pod ends within its own grace period, or the limit if that is shorter, and is forgotten: what happens before this program is
    /// taken off a machine.
    /// </summary>
    /// <returns>How many there were.</returns>
    public async Task<int> DeleteAllAsync(TimeSpan limit, CancellationToken cancel)
    {
        await Ready.WaitAsync(cancel);
        using ChangeSubscription<Pod> changes = _node.Store.History.Subscribe(_node.Store.Version);
        IReadOnlyList<StoredPod> pods = _node.Store.List();
        foreach (StoredPod stored in pods)
            End(stored, (long)Math.Min(HaltOrder.GraceOf(stored.Pod).TotalSeconds, limit.TotalSeconds));
        // Not the ends of the workers: one that fails is begun again.
        while (_node.Store.List().Count > 0)
            await changes.Changes.ReadAsync(cancel);
        await Task.WhenAll(_workers.Values.Select(w => w.Ended)).WaitAsync(cancel);
        return pods.Count;
    }

    public StoredPod Get(string space, string name) => _node.Store.Find(space, name) ?? throw NodeException.NotFound(name);

    private void StartWorker(string uid)
    {
        // Never two for one pod, and none that ends before it is known.
        lock (_starting)
        {
            // Before the first look at containerd is over: it begins this one with all the others.
            if (!_isBegun || _workers.ContainsKey(uid))
                return;
            PodWorker worker = _workers[uid] = new(_node, uid, _stopping);
            if (_haltLimit is { } limit)
                _ = HaltPodAsync(uid, HaltOrder.Share(limit - _node.Time.GetUtcNow(), []));
            worker.Ended.ContinueWith(ended => OnWorkerEnded(uid, worker.Successor, ended), TaskScheduler.Default);
        }
    }

    /// <summary>A worker ends with its pod or with podsd. One that failed is a fault of ours: it is told, and the pod is not left alone.</summary>
    private void OnWorkerEnded(string uid, string? successor, Task ended)
    {
        lock (_starting)
            _workers.TryRemove(uid, out PodWorker? _);
        if (successor is not null)
        {
            _node.Cpus.Refresh(_node.Store);
            StartWorker(successor);
        }
        if (!_stopping.IsCancellationRequested && _node.Store.FindByUid(uid) is null)
            OnPodGone();
        if (ended.Exception is not { InnerException: { } fault } || _stopping.IsCancellationRequested)
            return;
        _node.Log($"pod {uid}: its reconciler failed and begins again: {fault}");
        _ = Task.Delay(WorkerPause, _stopping).ContinueWith(_ => StartWorker(uid), _stopping, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void OnExit(string id, int status, DateTimeOffset at)
    {
        foreach (StoredPod stored in _node.Store.List())
            if (stored.Memory.Runs.Values.FirstOrDefault(r => r.Id == id) is { } run
                && _workers.TryGetValue(stored.Pod.Metadata!.Uid!, out PodWorker? worker))
                _ = worker.PostExitAsync(stored.Pod, run, status, at);
            else if (stored.Memory.Sandbox?.Id == id)
                Post(id, (pod, memory) => MemoryChanges.Exited(memory, pod.Spec!, id, status, at));
    }

    private void OnOutOfMemory(string id) => Post(id, (_, memory) => MemoryChanges.OutOfMemory(memory, id));

    private void Post(string id, Func<Pod, PodMemory, PodMemory> change)
    {
        foreach (StoredPod stored in _node.Store.List().Where(p => p.Memory.Sandbox?.Id == id || p.Memory.Runs.Values.Any(r => r.Id == id)))
            if (_workers.TryGetValue(stored.Pod.Metadata!.Uid!, out PodWorker? worker))
                worker.Post(memory => change(stored.Pod, memory));
    }

    /// <summary>Holds what is remembered against what containerd has: missed exits are made good, and what belongs to no pod goes.</summary>
    private async Task ResyncAsync(CancellationToken cancel)
    {
        await _node.Containerd.Namespaces.EnsureAsync(_node.Options.ContainerdNamespace, cancel);
        Dictionary<string, TaskRecord> tasks = (await _node.Containerd.Tasks.ListAsync(cancel)).ToDictionary(t => t.ContainerId);
        DateTimeOffset now = _node.Time.GetUtcNow();
        TerminationMessages messages = new(_node.Options);
        foreach (StoredPod stored in _node.Store.List())
        {
            Func<PodMemory, PodMemory> catchUp = memory => Recovery.CatchUp(memory, stored.Pod.Spec!, tasks, _node.BootId, now);
            if (_workers.TryGetValue(stored.Pod.Metadata!.Uid!, out PodWorker? worker))
                worker.Post(catchUp);
            else
                _node.Store.Update(stored.Pod.Metadata.Uid!,
                    s => s with { Memory = messages.Note(s.Pod, s.Memory, catchUp(s.Memory)) }, isDurable: false);
        }
        if (!_firstSync.Task.IsCompleted)
        {
            await new Recovery(_node).RemoveOrphansAsync(cancel);
            ReleaseClaims();
        }
        _node.Cpus.Refresh(_node.Store);
        lock (_starting)
            _isBegun = true;
        foreach (StoredPod stored in _node.Store.List())
            StartWorker(stored.Pod.Metadata!.Uid!);
        // Only now: who waits for it looks at the workers.
        _firstSync.TrySetResult();
    }
}
