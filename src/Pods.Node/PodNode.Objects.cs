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

    /// <summary>With a claim its content goes, as with a storage class that reclaims by deletion.</summary>
    /// <exception cref="NodeException">It is not there.</exception>
    public SupportingObject DeleteObject(SupportingKind kind, string space, string name)
    {
        SupportingObject gone = _node.Objects.Remove(kind, space, name);
        string content = _node.Options.ClaimDirectory(space, name);
        if (kind == SupportingKind.Claim && Directory.Exists(content))
            Directory.Delete(content, recursive: true);
        return gone;
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
