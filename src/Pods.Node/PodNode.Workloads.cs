using Pods.Manifests;

namespace Pods.Node;

/// <summary>Deployments, DaemonSets and Jobs: stored here; <see cref="WorkloadController"/> makes their pods.</summary>
public sealed partial class PodNode
{
    /// <summary>Held while pods are made for their owner and while it is deleted: whose owner is gone, nobody would ever take away.</summary>
    internal Lock Owners { get; } = new();

    /// <exception cref="NodeException">It is invalid, or there is one of that name.</exception>
    public Workload CreateWorkload(WorkloadKind kind, string space, Workload given, bool isDryRun)
    {
        Workload prepared = Admission.Prepare(given, kind, space, _node.Time.GetUtcNow());
        return isDryRun ? prepared : _node.Workloads.Add(prepared);
    }

    /// <exception cref="NodeException">It is invalid, not there, or may not be changed so.</exception>
    public Workload ReplaceWorkload(WorkloadKind kind, string space, string name, Workload given, bool isDryRun)
    {
        Workload named = given with { Metadata = (given.Metadata ?? new()) with { Name = name } };
        Workload wanted = Admission.Prepare(named, kind, space, _node.Time.GetUtcNow());
        Workload? dry = null;
        Workload stored = _node.Workloads.Update(kind, space, name, before =>
        {
            if (given.Metadata?.ResourceVersion is { Length: > 0 } version && version != before.Metadata!.ResourceVersion)
                throw NodeException.Conflict(name, kind.Plural);
            if (WorkloadValidation.ValidateUpdate(before, wanted) is { Count: > 0 } errors)
                throw NodeException.Invalid(name, errors, kind.Kind);
            bool isSameSpec = KubernetesJson.AreSame(before.Spec!, wanted.Spec!);
            Workload after = before with
            {
                Metadata = before.Metadata! with
                {
                    Labels = wanted.Metadata!.Labels,
                    Annotations = wanted.Metadata.Annotations,
                    Generation = isSameSpec ? before.Metadata.Generation : (before.Metadata.Generation ?? 1) + 1,
                },
                Spec = wanted.Spec,
            };
            dry = after;
            return isDryRun ? before : after;
        }) ?? throw NodeException.NotFound(name, kind.Plural);
        return isDryRun ? dry! : stored;
    }

    /// <summary>With its pods, each in its own grace period; or without them, and they belong to nobody then.</summary>
    /// <exception cref="NodeException">It is not there.</exception>
    public Workload DeleteWorkload(WorkloadKind kind, string space, string name, bool isOrphaning)
    {
        lock (Owners)
        {
            Workload gone = _node.Workloads.Find(kind, space, name) ?? throw NodeException.NotFound(name, kind.Plural);
            if (isOrphaning)
                foreach (StoredPod stored in OwnedBy(gone))
                    _node.Store.Update(stored.Pod.Metadata!.Uid!,
                        s => s with { Pod = s.Pod with { Metadata = s.Pod.Metadata! with { OwnerReferences = null } } }, isDurable: true);
            // First: a crash after it leaves pods without an owner, which the next start takes away.
            _node.Workloads.Remove(kind, space, name);
            foreach (StoredPod stored in OwnedBy(gone))
                End(stored);
            return gone;
        }
    }

    private StoredPod[] OwnedBy(Workload owner) =>
        [.. _node.Store.List().Where(p => WorkloadController.OwnerOf(p.Pod)?.Uid == owner.Metadata!.Uid)];
}
