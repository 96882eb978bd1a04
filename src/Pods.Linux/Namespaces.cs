namespace Pods.Linux;

/// <summary>Makes, keeps, enters and compares the kernel's namespaces.</summary>
public static unsafe class Namespaces
{
    /// <param name="kind">net, ipc, uts, pid, mnt, user, cgroup or time.</param>
    public static string PathOf(int pid, string kind) => $"/proc/{pid}/ns/{kind}";

    /// <summary>Keeps a process's namespace alive, and nameable as /proc/our pid/fd/number, for as long as it is open.</summary>
    public static FileDescriptor Open(int pid, string kind) => Open(PathOf(pid, kind));

    public static FileDescriptor Open(string path) => FileDescriptor.Open(path, OpenFlags.ReadOnly);

    /// <summary>Two paths name one namespace when these are equal.</summary>
    public static ulong Inode(string path)
    {
        using FileDescriptor opened = Open(path);
        return Files.StatusOf(opened).Inode;
    }

    /// <summary>Creates a network namespace with its loopback up and keeps it alive by a mount at this new file.</summary>
    public static void CreateNetwork(string pin)
    {
        FileDescriptor.Open(pin, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x124 /* 0444 */).Dispose();
        try
        {
            OwnThread.Run(() =>
            {
                if (LibC.unshare(LibC.CLONE_NEWNET) < 0) throw LinuxException.Last("unshare", "net");
                BringLoopbackUp();
                Mounts.Call("/proc/thread-self/ns/net", pin, null, MountOptions.MS_BIND, null);
            });
        }
        catch
        {
            File.Delete(pin);
            throw;
        }
    }

    /// <summary>Keeps a namespace alive by a mount at this new file.</summary>
    public static void Pin(FileDescriptor space, string pin)
    {
        FileDescriptor.Open(pin, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x124 /* 0444 */).Dispose();
        try
        {
            Mounts.Call(RootedPath.Handle(space), pin, null, MountOptions.MS_BIND, null);
        }
        catch
        {
            File.Delete(pin);
            throw;
        }
    }

    /// <summary>Lets go of a namespace that was kept alive at this path. Nothing there is fine.</summary>
    public static void Unpin(string pin)
    {
        // Not busy even if somebody is reading the file: the mount goes when they are done.
        while (LibC.umount2(pin, LibC.MNT_DETACH | LibC.UMOUNT_NOFOLLOW) == 0)
        {
        }
        try
        {
            File.Delete(pin);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever pinned there.
        }
    }

    /// <summary>Calls it inside a namespace. What it opens (sockets, files) stays usable afterwards.</summary>
    public static T Run<T>(FileDescriptor space, Func<T> call) => OwnThread.Run(() =>
    {
        // A mount namespace can be entered only by a thread that shares its root and working directory with no other.
        if (LibC.unshare(LibC.CLONE_FS) < 0) throw LinuxException.Last("unshare");
        if (LibC.setns(space.Number, 0) < 0) throw LinuxException.Last("setns");
        return call();
    });

    public static void Run(FileDescriptor space, Action call) => Run(space, () =>
    {
        call();
        return true;
    });

    /// <summary>In the network namespace of the calling thread; the kernel gives it 127.0.0.1 and ::1 then.</summary>
    public static void BringLoopbackUp()
    {
        const int requestSize = 40, nameLength = 16;   // struct ifreq; the flags follow the name
        const short up = 1;
        int fd = LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM_CLOEXEC, 0);
        if (fd < 0) throw LinuxException.Last("socket");
        using var socket = new FileDescriptor(fd);
        byte* request = stackalloc byte[requestSize];
        new Span<byte>(request, requestSize).Clear();
        "lo"u8.CopyTo(new Span<byte>(request, nameLength));
        // SAFETY: both calls read and write one ifreq.
        if (LibC.ioctl(fd, LibC.SIOCGIFFLAGS, request) < 0) throw LinuxException.Last("ioctl", "lo");
        *(short*)(request + nameLength) |= up;
        if (LibC.ioctl(fd, LibC.SIOCSIFFLAGS, request) < 0) throw LinuxException.Last("ioctl", "lo");
    }
}
