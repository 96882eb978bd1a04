using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// Whose the out-of-memory kills of a pod are. systemd removes an empty scope at once and may be faster than the shim: then only the
/// pod's own cgroup still counts the kill, and this says whether any container has claimed it yet.
/// </summary>
internal sealed class OomAccount
{
    private readonly List<OomWatcher> _watchers = [];   // guarded by Gate
    private Cgroup? _pod;   // guarded by Gate
    private ulong _claimed;   // guarded by Gate; of what _pod counts

    /// <summary>Held while kills are counted and told: who asks second must not return before the first has told.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The cgroup around a sandbox is its pod's, unless others have something in it already. Only version 2 counts there too.</summary>
    public void Open(Cgroup sandbox)
    {
        // crun has the container one level further down than its scope.
        Cgroup child = sandbox.Above is { } scope && scope.Path.EndsWith(".scope", StringComparison.Ordinal) ? scope : sandbox;
        if (!sandbox.IsUnified || child.Above is not { OomKills: { } kills } above || above.Directory("memory") is not { } directory)
            return;
        if (Directory.EnumerateDirectories(directory).Any(other => Path.GetFileName(other) != Path.GetFileName(child.Path)))
            return;
        lock (Gate)
            (_pod, _claimed) = (above, kills);
    }

    public void Add(OomWatcher watcher)
    {
        lock (Gate)
            _watchers.Add(watcher);
    }

    public void Remove(OomWatcher watcher)
    {
        lock (Gate)
        {
            watcher.Count();
            _watchers.Remove(watcher);
        }
    }

    /// <summary>Kills that a container's own cgroup has counted. The caller holds Gate.</summary>
    public void Claim(ulong kills) => _claimed += kills;

    /// <summary>Whether the pod counts kills that are nobody's; from now on they are the asker's. The caller holds Gate.</summary>
    public bool TryClaimRest()
    {
        // Those of the others first, and again until nothing happened while the pod's were read.
        ulong kills, before;
        do
        {
            before = _claimed;
            if (_pod?.OomKills is not { } now)
                return false;
            kills = now;
            foreach (OomWatcher watcher in _watchers)
                watcher.Count();
        }
        while (_claimed != before);
        if (kills <= _claimed)
            return false;
        _claimed = kills;
        return true;
    }
}
