using Pods.Manifests;

namespace Pods.Node;

/// <summary>What is done to a pod that stays as it is.</summary>
public sealed partial class PodNode
{
    private const string AnyOther = "restart";

    /// <summary>Every container that runs or waits for its turn, or the one named, is stopped in its grace period and started anew.</summary>
    /// <exception cref="NodeException">It is not there, or is over.</exception>
    public void Restart(string space, string name, string? container)
    {
        StoredPod stored = Get(space, name);
        if (container is not null && ContainerRules.Find(stored.Pod.Spec!, container) is null)
            throw NodeException.BadRequest($"container {container} is not valid for pod {name}");
        if (stored.Pod.Metadata!.DeletionTimestamp is not null || PodOutcome.Of(stored.Pod, stored.Memory) is not null)
            throw new NodeException(409, "Conflict", $"pod \"{name}\" is over: delete it and apply it again") { ObjectName = name };
        if (!_workers.TryGetValue(stored.Pod.Metadata.Uid!, out PodWorker? worker))
            return;
        worker.Post(memory =>
        {
            // Another definition than the one it was started with is what a container is started anew for.
            foreach (ContainerRun run in memory.Runs.Values.Where(r => r.Id.Length > 0 && (container ?? r.Name) == r.Name).ToArray())
                if ((stored.Pod.Spec!.Containers ?? []).Any(c => c.Name == run.Name) || ContainerRules.IsSidecar(stored.Pod.Spec, run.Name))
                    memory = memory.With(run with { Fingerprint = AnyOther, UpdateFailure = null });
            return memory;
        });
    }
}
