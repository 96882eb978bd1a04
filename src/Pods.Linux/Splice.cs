using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>Moves bytes between two pipes (or fifos) inside the kernel; neither descriptor may block.</summary>
public static unsafe class Splice
{
    /// <summary>As much as a pipe holds by default: one call empties it.</summary>
    private const int Chunk = 64 * 1024;

    /// <summary>Moves what it can: false means that the source is empty or the target full; true with nothing moved, the end.</summary>
    public static bool TryMove(FileDescriptor source, FileDescriptor target, out int count)
    {
        using FileDescriptor.Lease from = source.Hold();
        using FileDescriptor.Lease to = target.Hold();
        nint moved;
        do moved = LibC.splice(from.Number, null, to.Number, null, Chunk, LibC.SPLICE_F_MOVE | LibC.SPLICE_F_NONBLOCK);
        while (moved < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        count = (int)Math.Max(moved, 0);
        if (moved >= 0) return true;
        return Marshal.GetLastPInvokeError() == Errno.EAGAIN ? false : throw LinuxException.Last("splice");
    }

    /// <summary>Whether a read would find bytes or the end now.</summary>
    public static bool IsReadable(FileDescriptor descriptor)
    {
        using FileDescriptor.Lease lease = descriptor.Hold();
        var state = new LibC.PollFd { fd = lease.Number, events = LibC.POLLIN };
        // SAFETY: one entry, on this stack.
        return LibC.poll(&state, 1, 0) > 0;
    }
}
