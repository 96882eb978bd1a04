using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>An open file of this process, closed exactly once; every one of them is closed on exec.</summary>
public sealed class FileDescriptor : SafeHandle
{
    private static readonly nint Closed = -1;

    /// <summary>Takes over a descriptor that the caller owns.</summary>
    public FileDescriptor(int number) : base(Closed, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle == Closed;

    public int Number
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed || IsInvalid, this);
            return (int)handle;
        }
    }

    public FileKind Kind => Files.StatusOf(this).Kind;

    public static FileDescriptor Open(string path, OpenFlags flags, int mode = 0)
    {
        while (true)
        {
            int fd = LibC.open(path, flags.ToKernel(), (uint)mode);
            if (fd >= 0) return new FileDescriptor(fd);
            if (Marshal.GetLastPInvokeError() != Linux.Errno.EINTR) throw LinuxException.Last("open", path);
        }
    }

    public static FileDescriptor OpenNull() => Open("/dev/null", OpenFlags.ReadWrite);

    /// <summary>Takes over a descriptor that was inherited, and closes it on exec from now on.</summary>
    public static FileDescriptor Inherit(int number)
    {
        if (LibC.fcntl(number, LibC.F_SETFD, LibC.FD_CLOEXEC) < 0) throw LinuxException.Last("fcntl", $"fd {number}");
        return new FileDescriptor(number);
    }

    /// <summary>Closes on exec whatever was inherited from a number on; an older kernel leaves it as it is.</summary>
    public static void CloseInheritedOnExec(int first) => _ = LibC.close_range((uint)first, uint.MaxValue, LibC.CLOSE_RANGE_CLOEXEC);

    /// <summary>A second descriptor of the same open file, numbered <paramref name="atLeast"/> or higher.</summary>
    public FileDescriptor Duplicate(int atLeast = 0)
    {
        using Lease lease = Hold();
        int fd = LibC.fcntl(lease.Number, LibC.F_DUPFD_CLOEXEC, atLeast);
        return fd >= 0 ? new FileDescriptor(fd) : throw LinuxException.Last("fcntl");
    }

    public void SetNonBlocking(bool nonBlocking)
    {
        using Lease lease = Hold();
        int flags = LibC.fcntl(lease.Number, LibC.F_GETFL, 0);
        if (flags < 0) throw LinuxException.Last("fcntl");
        flags = nonBlocking ? flags | LibC.O_NONBLOCK : flags & ~LibC.O_NONBLOCK;
        if (LibC.fcntl(lease.Number, LibC.F_SETFL, flags) < 0) throw LinuxException.Last("fcntl");
    }

    /// <summary>Reads what is there: false means that it would block, true with nothing read means the end.</summary>
    public unsafe bool TryRead(Span<byte> buffer, out int count)
    {
        using Lease lease = Hold();
        // SAFETY: the span is pinned and the descriptor held for the call; the kernel writes at most its length.
        fixed (byte* start = buffer)
        {
            nint moved;
            do moved = LibC.read(lease.Number, start, (nuint)buffer.Length);
            while (moved < 0 && Marshal.GetLastPInvokeError() == Linux.Errno.EINTR);
            return Moved(moved, "read", out count);
        }
    }

    /// <summary>As <see cref="TryRead"/>, from the first byte if it is a file with positions.</summary>
    internal bool TryReadFromStart(Span<byte> buffer, out int count)
    {
        using Lease lease = Hold();
        _ = LibC.lseek(lease.Number, 0, 0);
        return TryRead(buffer, out count);
    }

    /// <summary>Writes what fits: false means that it would block.</summary>
    public unsafe bool TryWrite(ReadOnlySpan<byte> buffer, out int count)
    {
        using Lease lease = Hold();
        // SAFETY: the span is pinned and the descriptor held for the call; the kernel only reads it.
        fixed (byte* start = buffer)
        {
            nint moved;
            do moved = LibC.write(lease.Number, start, (nuint)buffer.Length);
            while (moved < 0 && Marshal.GetLastPInvokeError() == Linux.Errno.EINTR);
            return Moved(moved, "write", out count);
        }
    }

    /// <summary>Writes all of it to a descriptor that blocks.</summary>
    public void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (!TryWrite(buffer, out int count)) throw new LinuxException("write", Linux.Errno.EAGAIN);
            buffer = buffer[count..];
        }
    }

    public void Chown(uint uid, uint gid)
    {
        using Lease lease = Hold();
        if (LibC.fchown(lease.Number, uid, gid) < 0) throw LinuxException.Last("fchown");
    }

    /// <summary>
    /// Keeps writers out until this descriptor, opened for reading, is closed: whoever opens the file to write waits, 45 s at most
    /// (fcntl(2), leases). False: somebody has it open for writing. A file system without leases (NFS) keeps nobody out.
    /// </summary>
    public bool TryKeepWritersOut()
    {
        using Lease lease = Hold();
        // A writer that comes is told by a signal, and SIGIO would end the process; SIGURG does nothing.
        _ = LibC.fcntl(lease.Number, LibC.F_SETSIG, Signals.SIGURG);
        return LibC.fcntl(lease.Number, LibC.F_SETLEASE, LibC.F_RDLCK) == 0 || Marshal.GetLastPInvokeError() != Linux.Errno.EAGAIN;
    }

    public void Sync()
    {
        using Lease lease = Hold();
        if (LibC.fsync(lease.Number) < 0) throw LinuxException.Last("fsync");
    }

    /// <summary>Keeps the descriptor open until the lease ends, whoever disposes of it meanwhile.</summary>
    internal Lease Hold() => new(this);

    private static bool Moved(nint result, string syscall, out int count)
    {
        count = (int)Math.Max(result, 0);
        if (result >= 0) return true;
        return Marshal.GetLastPInvokeError() == Linux.Errno.EAGAIN ? false : throw LinuxException.Last(syscall);
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;

    internal readonly ref struct Lease
    {
        private readonly FileDescriptor _owner;

        internal Lease(FileDescriptor owner)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        internal int Number => (int)_owner.handle;

        public void Dispose() => _owner.DangerousRelease();
    }
}
