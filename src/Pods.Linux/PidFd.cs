using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>A process by handle instead of by number: a signal through it can never reach a later process of that number.</summary>
public sealed class PidFd : IDisposable
{
    private readonly FileDescriptor _descriptor;

    private PidFd(FileDescriptor descriptor) => _descriptor = descriptor;

    public static PidFd Open(int pid) => TryOpen(pid) ?? throw new LinuxException("pidfd_open", Errno.ESRCH, $"pid {pid}");

    /// <returns>Null if there is no such process.</returns>
    public static PidFd? TryOpen(int pid)
    {
        // Always closed on exec, without asking.
        nint fd = LibC.syscall(LibC.SYS_pidfd_open, pid, 0, 0, 0, 0);
        if (fd >= 0) return new PidFd(new FileDescriptor((int)fd));
        int error = Marshal.GetLastPInvokeError();
        // EINVAL, on Linux 6.12 and older: the number is still in use, as that of a session or a group whose leader is gone.
        return error == Errno.ESRCH || (error == Errno.EINVAL && pid > 0) ? null : throw new LinuxException("pidfd_open", error, $"pid {pid}");
    }

    public unsafe bool HasExited
    {
        get
        {
            using FileDescriptor.Lease lease = _descriptor.Hold();
            var state = new LibC.PollFd { fd = lease.Number, events = LibC.POLLIN };
            // SAFETY: one entry, on this stack.
            return LibC.poll(&state, 1, 0) > 0;
        }
    }

    public void Signal(int signal)
    {
        if (!TrySignal(signal)) throw new LinuxException("pidfd_send_signal", Errno.ESRCH);
    }

    /// <returns>False if the process is gone.</returns>
    public bool TrySignal(int signal)
    {
        using FileDescriptor.Lease lease = _descriptor.Hold();
        if (LibC.syscall(LibC.SYS_pidfd_send_signal, lease.Number, signal, 0, 0, 0) == 0) return true;
        return Marshal.GetLastPInvokeError() == Errno.ESRCH ? false : throw LinuxException.Last("pidfd_send_signal");
    }

    public void Dispose() => _descriptor.Dispose();
}
