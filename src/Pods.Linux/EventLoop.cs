using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>Tells when descriptors can be read or written: one epoll and one thread for all streams of a process.</summary>
public sealed class EventLoop : IDisposable
{
    private const int EventsPerCall = 32;
    private const ulong StopToken = 0;

    private readonly FileDescriptor _epoll;
    private readonly FileDescriptor _stop;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Readiness> _watched = [];   // guarded by _gate
    private ulong _lastToken = StopToken;                          // guarded by _gate

    private EventLoop(FileDescriptor epoll, FileDescriptor stop) => (_epoll, _stop) = (epoll, stop);

    public static EventLoop Start()
    {
        int epoll = LibC.epoll_create1(LibC.O_CLOEXEC);
        if (epoll < 0) throw LinuxException.Last("epoll_create1");
        int stop = LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        if (stop < 0) throw LinuxException.Last("eventfd");
        var loop = new EventLoop(new FileDescriptor(epoll), new FileDescriptor(stop));
        _ = loop.Control(LibC.EPOLL_CTL_ADD, stop, LibC.EPOLLIN, StopToken);
        new Thread(loop.Run, maxStackSize: 128 * 1024) { IsBackground = true, Name = "events" }.Start();
        return loop;
    }

    /// <summary>Watches a descriptor that does not block. Dispose of the result before the descriptor.</summary>
    /// <param name="urgent">Waits to read for changes of a kernel file, which can always be read.</param>
    /// <param name="inline">Who waits goes on in the loop's own thread, without a change of threads: for what never blocks and is short.</param>
    public Readiness Watch(FileDescriptor descriptor, bool urgent = false, bool inline = false)
    {
        lock (_gate)
        {
            var readiness = new Readiness(this, descriptor, ++_lastToken, urgent, inline);
            _watched.Add(_lastToken, readiness);
            return readiness;
        }
    }

    public void Dispose() => _stop.TryWrite(BitConverter.GetBytes(1L), out _);

    /// <returns>0, or the error number.</returns>
    internal unsafe int Control(int operation, int fd, uint events, ulong token)
    {
        using FileDescriptor.Lease epoll = _epoll.Hold();
        byte* change = stackalloc byte[LibC.EpollEventSize];
        *(uint*)change = events;
        *(ulong*)(change + LibC.EpollEventToken) = token;
        // SAFETY: `change` is one epoll_event of this architecture; the kernel copies it.
        return LibC.epoll_ctl(epoll.Number, operation, fd, change) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    internal void Forget(ulong token)
    {
        lock (_gate) _watched.Remove(token);
    }

    private unsafe void Run()
    {
        byte* events = stackalloc byte[EventsPerCall * LibC.EpollEventSize];
        while (true)
        {
            // SAFETY: the buffer holds EventsPerCall entries and lives on this stack.
            int count = LibC.epoll_wait(_epoll.Number, events, EventsPerCall, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR) throw LinuxException.Last("epoll_wait");
            for (int i = 0; i < count; i++)
            {
                byte* entry = events + i * LibC.EpollEventSize;
                ulong token = *(ulong*)(entry + LibC.EpollEventToken);
                if (token == StopToken)
                {
                    Stop();
                    return;
                }
                Readiness? readiness;
                lock (_gate) _watched.TryGetValue(token, out readiness);
                // Not there: disposed of after the kernel had queued the event.
                readiness?.Happened(*(uint*)entry);
            }
        }
    }

    private void Stop()
    {
        Readiness[] left;
        lock (_gate) left = [.. _watched.Values];
        foreach (Readiness readiness in left) readiness.Dispose();
        _epoll.Dispose();
        _stop.Dispose();
    }
}
