using Pods.Manifests;

namespace Pods.Node;

// The machine goes down: every pod ends as its manifest says, and is kept for the next boot.
public sealed partial class PodNode
{
    private DateTimeOffset? _haltLimit;

    /// <summary>
    /// Ends what runs, each pod within its own grace period and none past <paramref name="limit"/>, and begins nothing more until
    /// podsd is started anew. The pods stay: the next podsd runs them again as their restartPolicy says.
    /// </summary>
    /// <returns>How many pods there are, once nothing of them is left in containerd.</returns>
    public async Task<int> HaltAsync(TimeSpan limit, CancellationToken cancel)
    {
        await Ready.WaitAsync(cancel);
        _haltLimit ??= _node.Time.GetUtcNow() + limit;
        _node.Log("halting: pods end within their grace periods, and nothing begins until podsd is started again");
        PodWorker[] workers = [.. _workers.Values];
        await Task.WhenAll(_workers.Select(w => w.Value.HaltAsync(HaltDeadline(w.Key)))).WaitAsync(cancel);
        return workers.Length;
    }

    private DateTimeOffset HaltDeadline(string uid)
    {
        long grace = _node.Store.FindByUid(uid)?.Pod.Spec?.TerminationGracePeriodSeconds ?? 30;
        DateTimeOffset own = _node.Time.GetUtcNow() + TimeSpan.FromSeconds(grace);
        return _haltLimit is { } limit && limit < own ? limit : own;
    }
}
