namespace Pods.Linux;

/// <summary>
/// Awaits one descriptor on behalf of one reader and one writer. A wait that is cancelled stays armed and serves the next.
/// </summary>
public sealed class Readiness : IDisposable
{
    private const uint ReadEvents = LibC.EPOLLIN | LibC.EPOLLPRI | LibC.EPOLLERR | LibC.EPOLLHUP | LibC.EPOLLRDHUP;
    private const uint WriteEvents = LibC.EPOLLOUT | LibC.EPOLLERR | LibC.EPOLLHUP;

    private readonly EventLoop _loop;
    private readonly FileDescriptor _descriptor;
    private readonly ulong _token;
    private readonly uint _wantedToRead;
    private readonly TaskCreationOptions _continuation;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _readable;   // guarded by _gate
    private TaskCompletionSource? _writable;   // guarded by _gate
    private bool _registered;                  // guarded by _gate
    private bool _alwaysReady;                 // guarded by _gate
    private bool _disposed;                    // guarded by _gate

    internal Readiness(EventLoop loop, FileDescriptor descriptor, ulong token, bool urgent, bool inline)
    {
        // Epoll knows an entry by the descriptor's number: the number must stay ours until the entry is gone.
        bool held = false;
        descriptor.DangerousAddRef(ref held);
        (_loop, _descriptor, _token) = (loop, descriptor, token);
        _continuation = inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
        _wantedToRead = urgent ? LibC.EPOLLPRI : LibC.EPOLLIN | LibC.EPOLLRDHUP;
    }

    /// <summary>Ends when a read would not block: there are bytes, the end, or an error.</summary>
    public Task ReadableAsync(CancellationToken cancellation = default) => WaitAsync(ref _readable, cancellation);

    /// <summary>Ends when a write would not block: there is room, or nobody will ever read.</summary>
    public Task WritableAsync(CancellationToken cancellation = default) => WaitAsync(ref _writable, cancellation);

    public void Dispose()
    {
        TaskCompletionSource? readable, writable;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            (readable, writable) = (_readable, _writable);
            if (_registered) _ = _loop.Control(LibC.EPOLL_CTL_DEL, Number, 0, _token);
        }
        _loop.Forget(_token);
        _descriptor.DangerousRelease();
        readable?.TrySetException(new ObjectDisposedException(nameof(Readiness)));
        writable?.TrySetException(new ObjectDisposedException(nameof(Readiness)));
    }

    // Called by the loop's thread.
    internal void Happened(uint events)
    {
        TaskCompletionSource? readable = null, writable = null;
        lock (_gate)
        {
            if (_disposed) return;
            if ((events & ReadEvents) != 0) (readable, _readable) = (_readable, null);
            if ((events & WriteEvents) != 0) (writable, _writable) = (_writable, null);
            // The event has disarmed the entry: what is still awaited is armed again.
            if (_readable is not null || _writable is not null) Arm();
        }
        readable?.SetResult();
        writable?.SetResult();
    }

    private int Number => (int)_descriptor.DangerousGetHandle();

    private Task WaitAsync(ref TaskCompletionSource? waiter, CancellationToken cancellation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_alwaysReady) return Task.CompletedTask;
            waiter ??= new(_continuation);
            Task ready = waiter.Task;
            Arm();
            return cancellation.CanBeCanceled ? ready.WaitAsync(cancellation) : ready;
        }
    }

    // Called with _gate held.
    private void Arm()
    {
        uint events = LibC.EPOLLONESHOT;
        if (_readable is not null) events |= _wantedToRead;
        if (_writable is not null) events |= LibC.EPOLLOUT;
        int errno = _loop.Control(_registered ? LibC.EPOLL_CTL_MOD : LibC.EPOLL_CTL_ADD, Number, events, _token);
        if (errno == 0)
        {
            _registered = true;
            return;
        }
        // A regular file or /dev/null cannot be watched, and need not be.
        if (errno != Errno.EPERM) throw new LinuxException("epoll_ctl", errno);
        _alwaysReady = true;
        _readable?.TrySetResult();
        _writable?.TrySetResult();
    }
}
