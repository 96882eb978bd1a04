using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// Tells when the kernel ends a process of a container for want of memory. The container's exit asks once more with
/// <see cref="CheckNow"/>, so that the reason is always told before the exit.
/// </summary>
internal sealed class OomWatcher : IDisposable
{
    // Version 1 gives notice when it begins to look for a victim: the count follows.
    private static readonly TimeSpan[] _lookAgain = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250)];

    private readonly Cgroup _cgroup;
    private readonly FileDescriptor _notice;
    private readonly Readiness _readiness;
    private readonly Action _killed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private ulong _seen;   // guarded by _gate

    private OomWatcher(Cgroup cgroup, FileDescriptor notice, EventLoop events, Action killed)
    {
        (_cgroup, _notice, _killed) = (cgroup, notice, killed);
        _seen = cgroup.OomKills ?? 0;
        _readiness = events.Watch(notice, urgent: cgroup.IsUnified);
        Watching = WatchAsync();
    }

    /// <summary>Ends after Dispose; with cgroup v1 also when the cgroup is gone, of which v2 gives no notice.</summary>
    public Task Watching { get; }

    /// <returns>Null if the cgroup is gone or nobody counts its memory.</returns>
    public static OomWatcher? TryWatch(Cgroup cgroup, EventLoop events, Action killed) =>
        cgroup.OpenOomNotice() is { } notice ? new(cgroup, notice, events, killed) : null;

    /// <summary>Calls back, before it returns, if the kernel has ended a process since the last time.</summary>
    public bool CheckNow()
    {
        lock (_gate)
        {
            if (_cgroup.OomKills is not { } kills || kills <= _seen) return false;
            _seen = kills;
            // Under the lock: who asks second must not return before the first has told.
            _killed();
            return true;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _readiness.Dispose();
        _notice.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            while (_cgroup.OomKills is not null)
            {
                Cgroup.AcknowledgeOomNotice(_notice);
                await _readiness.ReadableAsync(_stop.Token);
                for (int attempt = 0; !CheckNow() && attempt < _lookAgain.Length; attempt++) await Task.Delay(_lookAgain[attempt], _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or LinuxException)
        {
            // Disposed of, or the cgroup is gone (ENODEV): there is nothing left to watch.
        }
    }
}
