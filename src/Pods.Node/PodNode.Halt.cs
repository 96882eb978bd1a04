using Pods.Manifests;

namespace Pods.Node;

// The machine goes down: every pod ends as its manifest says, and is kept for the next boot.
public sealed partial class PodNode
{
    private DateTimeOffset? _haltLimit;
    private Task? _halt;

    /// <summary>
    /// Ends what runs, the pods of least priority first, each within its own grace period and none past <paramref name="limit"/>, and begins
    /// nothing more until podsd is started anew. The pods stay: the next podsd runs them again as their restartPolicy says.
    /// A caller that leaves changes nothing: once begun it is carried out.
    /// </summary>
    /// <returns>How many pods there are, once nothing of them is left in containerd.</returns>
    public async Task<int> HaltAsync(TimeSpan limit, CancellationToken cancel)
    {
        await Ready.WaitAsync(cancel);
        lock (_starting)
        {
            if (_halt is null)
            {
                _haltLimit = _node.Time.GetUtcNow() + limit;
                _node.Log("halting: pods end within their grace periods, those of least priority first, and nothing begins until podsd is started again");
                _halt = HaltInOrderAsync([.. _workers.Keys.Select(_node.Store.FindByUid).OfType<StoredPod>().Select(stored => stored.Pod)]);
            }
        }
        await _halt.WaitAsync(cancel);
        return _workers.Count;
    }

    private async Task HaltInOrderAsync(IReadOnlyList<Pod> pods)
    {
        IGrouping<long, Pod>[] groups = [.. HaltOrder.Groups(pods)];
        TimeSpan[] graces = [.. groups.Select(group => group.Max(HaltOrder.GraceOf))];
        foreach (var (at, group) in groups.Index())
        {
            TimeSpan share = HaltOrder.Share(_haltLimit!.Value - _node.Time.GetUtcNow(), graces.Skip(at + 1));
            await Task.WhenAll(group.Select(pod => HaltPodAsync(pod.Metadata!.Uid!, share)));
        }
        // Those that were made meanwhile, and those whose record cannot be read.
        await Task.WhenAll(_workers.Keys.Select(uid => HaltPodAsync(uid, HaltOrder.Share(_haltLimit!.Value - _node.Time.GetUtcNow(), []))));
    }

    private Task HaltPodAsync(string uid, TimeSpan share)
    {
        TimeSpan own = _node.Store.FindByUid(uid) is { } stored ? HaltOrder.GraceOf(stored.Pod) : share;
        return _workers.TryGetValue(uid, out PodWorker? worker)
            ? worker.HaltAsync(_node.Time.GetUtcNow() + (own < share ? own : share))
            : Task.CompletedTask;
    }
}
