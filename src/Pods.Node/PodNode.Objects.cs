using Pods.Manifests;

namespace Pods.Node;

/// <summary>The objects that pods refer to: a change reaches the pods that wait for it and the volumes that show it.</summary>
public sealed partial class PodNode
{
    /// <exception cref="NodeException">It is invalid, or there is one of that name.</exception>
    public SupportingObject CreateObject(SupportingKind kind, string space, SupportingObject given) =>
        _node.Objects.Add(kind, Admission.Prepare(given, kind, space, _node.Time.GetUtcNow()));

    /// <exception cref="NodeException">It is invalid, not there, or may not be changed so.</exception>
    public SupportingObject ReplaceObject(SupportingKind kind, string space, string name, SupportingObject given)
    {
        SupportingObject named = given with { Metadata = (given.Metadata ?? new()) with { Name = name } };
        return _node.Objects.Replace(kind, Admission.Prepare(named, kind, space, _node.Time.GetUtcNow()), given.Metadata?.ResourceVersion);
    }

    /// <summary>
    /// With a claim its content goes, as with a storage class that reclaims by deletion; while a pod uses it, it is only marked,
    /// and goes after the last of them.
    /// </summary>
    /// <returns>What is gone, or is still there and shows when its deletion began.</returns>
    /// <exception cref="NodeException">It is not there.</exception>
    public SupportingObject DeleteObject(SupportingKind kind, string space, string name)
    {
        if (kind != SupportingKind.Claim)
            return _node.Objects.Remove(kind, space, name);
        SupportingObject marked = _node.Objects.MarkDeleted(kind, space, name, _node.Time.GetUtcNow());
        return ReleaseClaim(marked) ?? marked;
    }

    /// <summary>Claims whose deletion has begun and that no pod uses any more: a pod has gone, or podsd was ended half-way.</summary>
    private void ReleaseClaims()
    {
        IReadOnlyList<SupportingObject> claims = _node.Objects.List(SupportingKind.Claim, space: null).Objects;
        foreach (SupportingObject claim in claims.Where(c => c.Metadata!.DeletionTimestamp is not null))
            try
            {
                ReleaseClaim(claim);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _node.Log($"persistentvolumeclaim {claim.Metadata!.Namespace}/{claim.Metadata.Name}: not deleted yet: {e.Message}");
            }
    }

    private SupportingObject? ReleaseClaim(SupportingObject claim)
    {
        string space = claim.Metadata!.Namespace!, name = claim.Metadata.Name!;
        if (ClaimVolumes.IsUsed(_node, space, name))
            return null;
        // The content first: a new claim of the name must not find what this one leaves.
        string content = _node.Options.ClaimDirectory(space, name);
        if (Directory.Exists(content))
            Directory.Delete(content, recursive: true);
        try
        {
            return _node.Objects.Remove(SupportingKind.Claim, space, name);
        }
        catch (NodeException)
        {
            return claim;   // two pods went at once, and the other one's end has removed it
        }
    }

    /// <summary>A claim may go now, or be another pod's.</summary>
    private void OnPodGone()
    {
        _node.Cpus.Refresh(_node.Store);
        ReleaseClaims();
        DateTimeOffset now = _node.Time.GetUtcNow();
        foreach (PodWorker worker in _workers.Values)
            worker.Post(memory => MemoryChanges.ObjectsChanged(memory, now));
    }

    /// <summary>A pod of the namespace that waits for something may have waited for this.</summary>
    private void OnObjectChanged(SupportingObject changed)
    {
        DateTimeOffset now = _node.Time.GetUtcNow();
        foreach (StoredPod stored in _node.Store.List().Where(p => p.Pod.Metadata!.Namespace == changed.Metadata!.Namespace))
            if (_workers.TryGetValue(stored.Pod.Metadata!.Uid!, out PodWorker? worker))
                worker.Post(memory => MemoryChanges.ObjectsChanged(memory, now));
    }
}
