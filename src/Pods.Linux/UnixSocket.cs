using System.Net.Sockets;
using System.Text;

namespace Pods.Linux;

/// <summary>Unix stream sockets beyond the framework's: private from the first moment, inherited, with credentials and descriptors.</summary>
public static unsafe class UnixSocket
{
    private const int OwnerOnly = 0x180;   // 0600

    /// <summary>
    /// Listens at a path that only our user can connect to. An existing file is EADDRINUSE, alive or not. The file outlives
    /// the socket, unlike with the framework's Bind: the process that binds may not be the one that serves.
    /// </summary>
    public static Socket Listen(string path, int backlog = 128)
    {
        int fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM_CLOEXEC, 0);
        if (fd < 0) throw LinuxException.Last("socket");
        using var descriptor = new FileDescriptor(fd);
        // The mode of the socket itself limits the mode of the file that bind makes: no moment in which others could connect.
        if (LibC.fchmod(fd, OwnerOnly) < 0) throw LinuxException.Last("fchmod", path);
        Bind(fd, path);
        if (LibC.listen(fd, backlog) < 0) throw LinuxException.Last("listen", path);
        return new Socket(new SafeSocketHandle(LibC.fcntl(fd, LibC.F_DUPFD_CLOEXEC, 0), ownsHandle: true));
    }

    /// <summary>Whether somebody listens there, however busy. Never waits.</summary>
    public static bool IsAlive(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.NativeErrorCode == Errno.EAGAIN;   // the listener's queue is full
        }
    }

    public static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new LinuxException("connect", e.NativeErrorCode, path);
        }
    }

    /// <summary>A socket that our parent opened for us under this number.</summary>
    public static Socket FromInherited(int number)
    {
        int listens;
        uint size = sizeof(int);
        // SAFETY: the kernel writes one int.
        if (LibC.getsockopt(number, LibC.SOL_SOCKET, LibC.SO_ACCEPTCONN, &listens, &size) < 0 || listens == 0)
            throw new LinuxException("accept", Errno.EINVAL, $"fd {number}");
        if (LibC.fcntl(number, LibC.F_SETFD, LibC.FD_CLOEXEC) < 0) throw LinuxException.Last("fcntl", $"fd {number}");
        return new Socket(new SafeSocketHandle(number, ownsHandle: true));
    }

    /// <summary>Another descriptor of the same socket, to pass on to a child.</summary>
    public static FileDescriptor Descriptor(Socket socket)
    {
        int fd = LibC.fcntl(Number(socket), LibC.F_DUPFD_CLOEXEC, 0);
        return fd >= 0 ? new FileDescriptor(fd) : throw LinuxException.Last("fcntl");
    }

    /// <summary>Who is at the other end, as the kernel noted it when the connection was made.</summary>
    public static PeerCredentials Peer(Socket socket)
    {
        LibC.ucred peer;
        uint size = (uint)sizeof(LibC.ucred);
        // SAFETY: `peer` is `size` bytes.
        if (LibC.getsockopt(Number(socket), LibC.SOL_SOCKET, LibC.SO_PEERCRED, &peer, &size) < 0)
            throw LinuxException.Last("getsockopt");
        return new(peer.pid, peer.uid, peer.gid);
    }

    public static void SendDescriptor(Socket socket, FileDescriptor descriptor)
    {
        using FileDescriptor.Lease lease = descriptor.Hold();
        byte payload = 0;
        var part = new LibC.iovec { iov_base = &payload, iov_len = 1 };
        LibC.DescriptorMessage control = new()
        {
            cmsg_len = (nuint)(sizeof(LibC.DescriptorMessage) - sizeof(int)),
            cmsg_level = LibC.SOL_SOCKET,
            cmsg_type = LibC.SCM_RIGHTS,
            fd = lease.Number,
        };
        LibC.msghdr message = Message(&part, &control);
        // SAFETY: everything the message points to is on this stack until the call returns.
        if (LibC.sendmsg(Number(socket), &message, LibC.MSG_NOSIGNAL) < 0) throw LinuxException.Last("sendmsg");
    }

    /// <summary>Waits for one message with exactly one descriptor, as runc sends a terminal's master.</summary>
    public static FileDescriptor ReceiveDescriptor(Socket socket)
    {
        const int nameLimit = 4096;   // runc sends the terminal's name along, and we do not need it
        byte* name = stackalloc byte[nameLimit];
        var part = new LibC.iovec { iov_base = name, iov_len = nameLimit };
        LibC.DescriptorMessage control = default;
        LibC.msghdr message = Message(&part, &control);
        // SAFETY: everything the message points to is on this stack until the call returns.
        nint length = LibC.recvmsg(Number(socket), &message, LibC.MSG_CMSG_CLOEXEC);
        if (length < 0) throw LinuxException.Last("recvmsg");
        bool received = control is { cmsg_level: LibC.SOL_SOCKET, cmsg_type: LibC.SCM_RIGHTS } && message.msg_controllen != 0;
        if (!received) throw new LinuxException("recvmsg", Errno.ENODATA, "descriptor");
        var descriptor = new FileDescriptor(control.fd);
        if ((message.msg_flags & LibC.MSG_CTRUNC) == 0) return descriptor;
        // More than one was sent. The kernel has dropped the others.
        descriptor.Dispose();
        throw new LinuxException("recvmsg", Errno.EINVAL, "more than one descriptor");
    }

    private static void Bind(int fd, string path)
    {
        // struct sockaddr_un: the family, then up to 107 bytes and a zero.
        const int pathLimit = 108;
        byte* address = stackalloc byte[sizeof(ushort) + pathLimit];
        var name = new Span<byte>(address + sizeof(ushort), pathLimit);
        name.Clear();
        if (!Encoding.UTF8.TryGetBytes(path, name, out int length) || length == pathLimit)
            throw new LinuxException("bind", Errno.ENAMETOOLONG, path);
        *(ushort*)address = LibC.AF_UNIX;
        // SAFETY: the address is as long as said and on this stack.
        if (LibC.bind(fd, address, (uint)(sizeof(ushort) + length + 1)) < 0) throw LinuxException.Last("bind", path);
    }

    private static LibC.msghdr Message(LibC.iovec* part, LibC.DescriptorMessage* control) => new()
    {
        msg_iov = part,
        msg_iovlen = 1,
        msg_control = control,
        msg_controllen = (nuint)sizeof(LibC.DescriptorMessage),
    };

    private static int Number(Socket socket) => (int)socket.Handle;
}
