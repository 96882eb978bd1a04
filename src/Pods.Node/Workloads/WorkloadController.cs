using System.Threading.Channels;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// Makes the pods of Deployments, DaemonSets and Jobs as many and as new as they are to be. It looks at one of them when it or one of
/// its pods has changed, or its time has come, and sleeps otherwise.
/// </summary>
public sealed class WorkloadController(PodNode node)
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(20);   // what a timer takes
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private readonly NodeServices _services = node.Services;
    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>();   // uids
    private readonly Dictionary<string, DateTimeOffset> _wakeAt = [];   // by uid; of the loop alone

    /// <summary>Until podsd stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await node.Ready.WaitAsync(stopping);
            _services.Workloads.Changed += changed => _changed.Writer.TryWrite(changed.Metadata!.Uid!);
            Task told = TellPodsAsync(_services.Store.History.Subscribe(_services.Store.Version), stopping);
            CollectOrphans();
            HashSet<string> due = [.. _services.Workloads.List(null, null).Items.Select(w => w.Metadata!.Uid!)];
            while (true)
            {
                foreach (Workload workload in _services.Workloads.List(null, null).Items.Where(w => due.Contains(w.Metadata!.Uid!)))
                    Keep(workload);
                due = await NextAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops: the pods go on without it.
        }
    }

    private async Task<HashSet<string>> NextAsync(CancellationToken stopping)
    {
        DateTimeOffset now = _services.Time.GetUtcNow();
        using CancellationTokenSource sleep = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        if (_wakeAt.Count > 0)
        {
            TimeSpan until = _wakeAt.Values.Min() - now;
            sleep.CancelAfter(until < TimeSpan.Zero ? TimeSpan.Zero : until < LongestSleep ? until + TimeSpan.FromMilliseconds(1) : LongestSleep);
        }
        try
        {
            await _changed.Reader.WaitToReadAsync(sleep.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The time of one of them has come.
        }
        now = _services.Time.GetUtcNow();
        HashSet<string> due = [.. _wakeAt.Where(w => w.Value <= now).Select(w => w.Key)];
        while (_changed.Reader.TryRead(out string? uid))
            due.Add(uid);
        foreach (string uid in due)
            _wakeAt.Remove(uid);
        return due;
    }

    /// <param name="seen">As it was a moment ago; it may be gone by now.</param>
    internal void Keep(Workload seen)
    {
        lock (node.Owners)
            if (_services.Workloads.Find(WorkloadKind.OfKind(seen.Kind)!, seen.Metadata!.Namespace!, seen.Metadata.Name!) is { } workload
                && workload.Metadata!.Uid == seen.Metadata.Uid)
                CarryOut(workload);
    }

    private void CarryOut(Workload workload)
    {
        WorkloadKind kind = WorkloadKind.OfKind(workload.Kind)!;
        string space = workload.Metadata!.Namespace!, name = workload.Metadata.Name!, uid = workload.Metadata.Uid!;
        try
        {
            WorkloadPlan plan = WorkloadPlan.For(workload, PodsOf(uid), _services.Time.GetUtcNow());
            foreach (string pod in plan.Delete)
            {
                if (_services.Store.Find(space, pod) is { } ending)
                    node.End(ending);
                Tell(workload, ObjectEvent.Normal, "SuccessfulDelete", $"Deleted pod: {pod}");
            }
            for (int i = 0; i < plan.Create; i++)
                Tell(workload, ObjectEvent.Normal, "SuccessfulCreate",
                    $"Created pod: {node.Create(space, WorkloadDefaults.PodOf(workload)).Metadata!.Name}");
            _services.Workloads.Update(kind, space, name, w => w.Metadata!.Uid == uid ? w with { Status = plan.Status } : w);
            if (plan.IsToForget)
                node.DeleteWorkload(kind, space, name, isOrphaning: false);
            else if (plan.WakeAt is { } at)
                _wakeAt[uid] = at;
        }
        catch (Exception e) when (e is NodeException or IOException)
        {
            // A full disk, say: tried again, and told.
            Tell(workload, ObjectEvent.Warning, "FailedCreate", $"Error creating: {e.Message}");
            _wakeAt[uid] = _services.Time.GetUtcNow() + Retry;
        }
    }

    private IReadOnlyList<Pod> PodsOf(string uid) => [.. _services.Store.List().Select(s => s.Pod).Where(p => OwnerOf(p)?.Uid == uid)];

    /// <summary>What a crash left between the end of an owner and that of its pods.</summary>
    private void CollectOrphans()
    {
        HashSet<string?> owners = [.. _services.Workloads.List(null, null).Items.Select(w => w.Metadata!.Uid)];
        foreach (StoredPod stored in _services.Store.List())
            if (OwnerOf(stored.Pod) is { } owner && !owners.Contains(owner.Uid) && stored.Pod.Metadata!.DeletionTimestamp is null)
                node.End(stored);
    }

    internal static OwnerReference? OwnerOf(Pod pod) => pod.Metadata!.OwnerReferences?.FirstOrDefault(
        o => o.Controller == true && WorkloadKind.OfKind(o.Kind)?.GroupVersion == o.ApiVersion);

    private async Task TellPodsAsync(ChangeSubscription<Pod> pods, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                using (pods)
                    await foreach (Change<Pod> change in pods.Changes.ReadAllAsync(stopping))
                        if (OwnerOf(change.Object) is { Uid: { } uid })
                            _changed.Writer.TryWrite(uid);
                // It ends for one that has fallen far behind: what was missed is seen by looking at all of them.
                pods = _services.Store.History.Subscribe(_services.Store.Version);
                foreach (Workload workload in _services.Workloads.List(null, null).Items)
                    _changed.Writer.TryWrite(workload.Metadata!.Uid!);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops.
        }
    }

    private void Tell(Workload workload, string type, string reason, string message) => _services.Events.Tell(
        new()
        {
            Kind = workload.Kind,
            ApiVersion = workload.ApiVersion,
            Namespace = workload.Metadata!.Namespace,
            Name = workload.Metadata.Name,
            Uid = workload.Metadata.Uid,
        }, type, reason, message);
}
