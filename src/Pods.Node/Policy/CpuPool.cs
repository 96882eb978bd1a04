using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// Who runs on which cpus: those that pods have for themselves, and the rest, which is everybody's. What is given out is kept with
/// each pod, so there is no second file that could say something else.
/// </summary>
public sealed class CpuPool(CpuTopology machine, IReadOnlyList<int> reserved)
{
    private readonly Lock _gate = new();
    private volatile string? _shared;

    /// <summary>All cpus of the machine.</summary>
    public string All { get; } = CpuList.Format(machine.Cpus.Select(c => c.Id));

    /// <summary>What containers without cpus of their own run on; null while no pod has any, and nothing needs to be said.</summary>
    public string? Shared => _shared;

    /// <summary>What is everybody's is another part of the machine.</summary>
    internal event Action? Changed;

    /// <summary>After a pod has come, ended or gone.</summary>
    internal void Refresh(PodStore store)
    {
        lock (_gate)
        {
            int[] taken = [.. store.List().SelectMany(Taken)];
            string? now = taken.Length == 0 ? null : CpuList.Format(machine.Cpus.Select(c => c.Id).Except(taken));
            if (now == _shared)
                return;
            _shared = now;
        }
        Changed?.Invoke();
    }

    /// <summary>Cpus for each container of the pod that is to have its own; null for a pod that asks for none.</summary>
    /// <exception cref="NodeException">There are not enough, in the kubelet's words.</exception>
    internal IReadOnlyDictionary<string, string>? Give(Pod pod, IEnumerable<StoredPod> others)
    {
        IReadOnlyList<(string Container, int Count)> asked = ExclusiveCpus.Of(pod);
        if (asked.Count == 0)
            return null;
        HashSet<int> free = [.. machine.Cpus.Select(c => c.Id).Except(reserved).Except(others.SelectMany(Taken))];
        // An init container that ends before the apps begin uses theirs, and more only where it wants more.
        ILookup<bool, (string Container, int Count)> isForLife = asked.ToLookup(a => IsForLife(pod.Spec!, a.Container));
        int forLife = isForLife[true].Sum(a => a.Count), needed = Math.Max(forLife, isForLife[false].Select(a => a.Count).DefaultIfEmpty().Max());
        if (needed > free.Count)
            throw NodeException.Forbidden(pod.Metadata!.Name!,
                $"not enough cpus available to satisfy request: requested={needed}, available={free.Count}");
        Dictionary<string, string> given = [];
        List<int> ofPod = [];
        foreach (var (container, count) in isForLife[true])
        {
            IReadOnlyList<int> own = Choose(free, count);
            free.ExceptWith(own);
            ofPod.AddRange(own);
            given[container] = CpuList.Format(own);
        }
        foreach (var (container, count) in isForLife[false])
            given[container] = CpuList.Format(count <= ofPod.Count ? ofPod.Take(count) : [.. ofPod, .. Choose(free, count - ofPod.Count)]);
        return given;
    }

    /// <summary>A pod that is over has none any more; one that is being deleted has them to its end.</summary>
    private static IEnumerable<int> Taken(StoredPod stored) =>
        stored.Memory.Cpus is { } own && stored.Pod.Status?.Phase is not (PodOutcome.Succeeded or PodOutcome.Failed)
            ? own.Values.SelectMany(cpus => CpuList.TryParse(cpus) ?? []) : [];

    private static bool IsForLife(PodSpec spec, string name) =>
        ContainerRules.IsSidecar(spec, name) || (spec.Containers ?? []).Any(c => c.Name == name);

    /// <summary>
    /// Whole cores first, so that nobody else's threads are beside these; a single thread rather from a core that is broken already;
    /// all from one package where one has room, and from the one with the least, so that larger wishes still find theirs.
    /// </summary>
    private List<int> Choose(HashSet<int> free, int count)
    {
        List<int> chosen = [];
        while (chosen.Count < count)
        {
            int left = count - chosen.Count;
            CpuPlace[] open = [.. machine.Cpus.Where(c => free.Contains(c.Id) && !chosen.Contains(c.Id))];
            Dictionary<int, int> room = open.GroupBy(c => c.Package).ToDictionary(p => p.Key, p => p.Count());
            CpuPlace[] core = open.GroupBy(c => c.Core).Select(threads => threads.ToArray())
                .OrderBy(c => c.Length < machine.Cpus.Count(other => other.Core == c[0].Core) ? 1 : c.Length <= left ? 0 : 2)
                .ThenBy(c => room[c[0].Package] is var has && has >= left ? has : int.MaxValue - has)
                .ThenBy(c => c[0].Id).First();
            chosen.AddRange(core.Take(left).Select(c => c.Id));
        }
        return chosen;
    }
}
