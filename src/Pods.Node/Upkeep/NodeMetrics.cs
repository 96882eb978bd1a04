using System.Collections.Concurrent;

namespace Pods.Node;

/// <summary>What is counted while podsd runs, for <c>/metrics</c>. What can be read when somebody asks is not kept here.</summary>
public sealed class NodeMetrics
{
    // Seconds: a pod whose image is here starts in tenths, a pull takes minutes. The kubelet's own bounds begin at 0.5.
    public static readonly IReadOnlyList<double> StartBounds = [0.1, 0.2, 0.3, 0.5, 1, 2, 3, 4, 5, 10, 20, 30, 60, 120, 300];

    private readonly ConcurrentDictionary<ProbeKey, long> _probes = new();
    private readonly long[] _starts = new long[StartBounds.Count + 1];
    private readonly Lock _gate = new();
    private double _startSum;   // guarded by _gate, and so are _starts

    /// <summary>Whether a disk that pods fill is above the high mark.</summary>
    public bool HasDiskPressure { get; internal set; }

    /// <summary>A pod's way from its creation to its first look as Running.</summary>
    internal void PodStarted(TimeSpan took)
    {
        lock (_gate)
        {
            int bucket = 0;
            while (bucket < StartBounds.Count && took.TotalSeconds > StartBounds[bucket])
                bucket++;
            _starts[bucket]++;
            _startSum += took.TotalSeconds;
        }
    }

    internal void Probed(string uid, string container, ProbeKind kind, bool isGood) =>
        _probes.AddOrUpdate(new(uid, container, kind.ToString(), isGood), 1, (_, count) => count + 1);

    /// <summary>How many pods took no longer than each bound, all of them, and the sum of their times.</summary>
    internal (IReadOnlyList<long> Below, long Count, double Sum) Starts()
    {
        lock (_gate)
        {
            long[] below = new long[StartBounds.Count];
            long count = 0;
            for (int i = 0; i < below.Length; i++)
                below[i] = count += _starts[i];
            return (below, count + _starts[^1], _startSum);
        }
    }

    /// <summary>Of the pods that there are; what was counted for others is forgotten.</summary>
    internal IReadOnlyList<(ProbeKey Key, long Count)> Probes(Func<string, bool> isThere)
    {
        foreach (ProbeKey gone in _probes.Keys.Where(k => !isThere(k.Uid)))
            _probes.TryRemove(gone, out _);
        return [.. _probes.Select(p => (p.Key, p.Value))];
    }

    internal readonly record struct ProbeKey(string Uid, string Container, string Kind, bool IsGood);
}
