using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>
/// The one parent of this process's children: spawns them and reaps every process that ends below us. Nobody else may wait.
/// </summary>
public sealed class Children
{
    // A process that has ended keeps its number until it is reaped, and reaping happens under this lock only. What is reaped
    // before anybody has asked for it is kept for the watches that are open.
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TaskCompletionSource<Exit>> _awaited = [];   // guarded by _gate
    private readonly List<OrphanWatch> _watches = [];                            // guarded by _gate
    private readonly AutoResetEvent _spawned = new(false);

    private Children()
    {
    }

    /// <summary>Adopts orphans below this process from now on. Once per process, for as long as it lives.</summary>
    public static Children BecomeSubreaper()
    {
        Prctl.BecomeSubreaper();
        // An inherited "ignore" would make the kernel reap the children itself and lose their statuses.
        _ = LibC.signal(LibC.SIGCHLD, 0);
        var children = new Children();
        // Blocked in the kernel nearly always: the smallest stack will do.
        new Thread(children.Reap, maxStackSize: 128 * 1024) { IsBackground = true, Name = "reaper" }.Start();
        return children;
    }

    public Child Spawn(SpawnRequest request)
    {
        // Not under the lock: the kernel lets the parent go on only when the child has called exec, which takes milliseconds on a
        // busy machine, and the exits of others would wait for it.
        using OrphanWatch watch = ExpectOrphans();
        int pid = Linux.Spawn.Start(request);
        Task<Exit> exited = watch.Claim(pid);
        _spawned.Set();
        return new Child(pid, exited);
    }

    /// <summary>
    /// Keeps the exits of processes that will become ours when their parent ends, until the watch is disposed of. Open it
    /// before spawning the parent.
    /// </summary>
    public OrphanWatch ExpectOrphans()
    {
        var watch = new OrphanWatch(this);
        lock (_gate) _watches.Add(watch);
        return watch;
    }

    internal Task<Exit> Claim(int pid, OrphanWatch watch)
    {
        lock (_gate)
        {
            // An earlier process of the same number may have ended during this watch: one that is there now is the one meant.
            if (watch.Exits.TryGetValue(pid, out Exit past) && !IsOurChild(pid)) return Task.FromResult(past);
            if (!_awaited.TryGetValue(pid, out TaskCompletionSource<Exit>? exit))
                _awaited[pid] = exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return exit.Task;
        }
    }

    internal void Close(OrphanWatch watch)
    {
        lock (_gate) _watches.Remove(watch);
    }

    private void Reap()
    {
        while (true)
        {
            if (WaitForAnyExit() is not { } pid)
            {
                // No child is left, so nothing can be orphaned to us either: the next process is one that we spawn.
                _spawned.WaitOne();
                continue;
            }
            lock (_gate) Deliver(pid);
        }
    }

    // Looks without reaping, so that the number stays taken until the lock is held.
    private static unsafe int? WaitForAnyExit()
    {
        while (true)
        {
            LibC.siginfo_t ended;
            // SAFETY: `ended` is as large as the kernel's structure and lives on this stack.
            if (LibC.waitid(LibC.P_ALL, 0, &ended, LibC.WEXITED | LibC.WNOWAIT) == 0) return ended.si_pid;
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ECHILD) return null;
            if (errno != Errno.EINTR) throw new LinuxException("waitid", errno);
        }
    }

    // Called with _gate held.
    private unsafe void Deliver(int pid)
    {
        int status;
        // SAFETY: the kernel writes one int.
        if (LibC.wait4(pid, &status, LibC.WNOHANG, null) != pid) return;
        var exit = Exit.FromWaitStatus(status, DateTimeOffset.UtcNow);
        if (_awaited.Remove(pid, out TaskCompletionSource<Exit>? waiter)) waiter.SetResult(exit);
        else foreach (OrphanWatch watch in _watches) watch.Exits[pid] = exit;
    }

    private static unsafe bool IsOurChild(int pid)
    {
        LibC.siginfo_t state;
        // SAFETY: as above; nothing is reaped.
        return LibC.waitid(LibC.P_PID, pid, &state, LibC.WEXITED | LibC.WNOHANG | LibC.WNOWAIT) == 0;
    }
}
