using System.Runtime;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// Gives memory back once the shim has had nothing to do for a while, which is nearly all of its life: after 100 000
/// messages a compacting collection takes private memory from 1 104 kB to 748 kB, and the resident set falls by 2 to 3 MB
/// of code that only start-up and Create need.
/// </summary>
internal sealed class IdleCollection
{
    // Longer than an idle worker thread lives (2 s): its end would fetch code back that has just been given away.
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(4);
    // Timers of calls that have ended still fire once, at the deadlines that the calls had (5 s and 10 s); that wakes
    // threads and fetches 1.3 MB of code back, so it is given away again until 12 s have passed.
    private const int ReleasesAfterwards = 2;

    private readonly ProgramCode _code = ProgramCode.Find();
    private readonly AutoResetEvent _touched = new(false);
    private int _isAwake = 1;
    private long _lastActivity = Environment.TickCount64;

    /// <summary>Called at the end of each piece of work: a clock reading, and a system call for the first after a rest.</summary>
    public void Touch()
    {
        Volatile.Write(ref _lastActivity, Environment.TickCount64);
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
            _touched.Set();
    }

    /// <summary>Keeps the calling thread, the main one, until <paramref name="end"/>: it has nothing else to do, and needs no timer.</summary>
    /// <param name="end">The shim is to end.</param>
    /// <param name="atRest">Called each time there has been nothing to do for a while. True: soon again, though nothing happens.</param>
    public void RunUntil(Task end, Func<bool> atRest)
    {
        WaitHandle[] rests = [((IAsyncResult)end).AsyncWaitHandle, _touched];
        while (!end.IsCompleted)
        {
            TimeSpan left = _quiet - TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastActivity));
            if (left > TimeSpan.Zero)
            {
                rests[0].WaitOne(left);
                continue;
            }
            Volatile.Write(ref _isAwake, 0);
            Collect();
            bool isAgain = atRest();
            int releases = 0;
            while (WaitHandle.WaitAny(rests, isAgain || releases < ReleasesAfterwards ? _quiet : Timeout.InfiniteTimeSpan) == WaitHandle.WaitTimeout)
            {
                isAgain = atRest();
                // What has a finalizer outlives the first: of each worker thread that has ended 0.5 kB there, and as much in the C library.
                if (releases == 0)
                    Collect();
                else
                    _code.Release();
                releases++;
            }
        }
    }

    private void Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ProgramCode.TrimNativeHeap();
        // Last, since the collector's own code is part of it.
        _code.Release();
    }
}
