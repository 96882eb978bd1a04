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
    private readonly OomAccount _account;
    private readonly FileDescriptor _notice;
    private readonly Readiness _readiness;
    private readonly Action _killed;
    private readonly CancellationTokenSource _stop = new();
    private ulong _seen;   // guarded by the account's Gate
    private bool _isUntold;   // guarded by the account's Gate

    private OomWatcher(Cgroup cgroup, FileDescriptor notice, EventLoop events, OomAccount account, Action killed)
    {
        (_cgroup, _notice, _account, _killed) = (cgroup, notice, account, killed);
        _seen = cgroup.OomKills ?? 0;
        _account.Add(this);
        _readiness = events.Watch(notice, urgent: cgroup.IsUnified);
        Watching = WatchAsync();
    }

    /// <summary>Ends after Dispose; with cgroup v1 also when the cgroup is gone, of which v2 gives no notice.</summary>
    public Task Watching { get; }

    /// <returns>Null if the cgroup is gone or nobody counts its memory.</returns>
    public static OomWatcher? TryWatch(Cgroup cgroup, EventLoop events, OomAccount account, Action killed) =>
        cgroup.OpenOomNotice() is { } notice ? new(cgroup, notice, events, account, killed) : null;

    /// <summary>Calls back, before it returns, if the kernel has ended a process since the last time.</summary>
    /// <param name="ended">The container has ended with this status: asked once more, of what is above it, if its cgroup is gone.</param>
    public bool CheckNow(uint? ended = null)
    {
        lock (_account.Gate)
        {
            bool isGone = !Count();
            // What else than the init the kernel has ended in it is not told any more, but is no other container's either.
            if (isGone && ended is { } status && _account.TryClaimRest())
                _isUntold |= status == 128 + Signals.SIGKILL;
            if (!_isUntold)
                return false;
            _isUntold = false;
            _killed();
            return true;
        }
    }

    /// <summary>Claims what its cgroup has counted meanwhile. The caller holds the account's Gate.</summary>
    /// <returns>False if the cgroup is gone.</returns>
    public bool Count()
    {
        if (_cgroup.OomKills is not { } kills)
            return false;
        if (kills <= _seen)
            return true;
        _account.Claim(kills - _seen);
        (_seen, _isUntold) = (kills, true);
        return true;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _account.Remove(this);
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
