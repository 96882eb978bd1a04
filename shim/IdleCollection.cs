using System.Runtime;

namespace Pods.Shim;

/// <summary>
/// Gives memory back once the shim has had nothing to do for a while. A shim is idle for nearly all of its life: after
/// 100 000 messages a compacting collection took private memory from 1 104 kB to 748 kB.
/// </summary>
internal sealed class IdleCollection : IDisposable
{
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(3);

    private readonly Timer _timer;
    private int _isArmed;
    private long _lastActivity;

    public IdleCollection() => _timer = new(_ => Collect());

    /// <summary>Called at the end of each piece of work; arms the timer once, so that a busy shim pays only for a clock reading.</summary>
    public void Touch()
    {
        Volatile.Write(ref _lastActivity, Environment.TickCount64);
        if (Interlocked.Exchange(ref _isArmed, 1) == 0)
            _timer.Change(_quiet, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Collect()
    {
        TimeSpan rest = _quiet - TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastActivity));
        if (rest > TimeSpan.Zero)
        {
            _timer.Change(rest, Timeout.InfiniteTimeSpan);
            return;
        }
        Volatile.Write(ref _isArmed, 0);
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
