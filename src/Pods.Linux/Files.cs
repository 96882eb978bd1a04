using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>What the framework's file classes do not offer: owners, devices, attributes, locks and durable writes.</summary>
public static unsafe class Files
{
    private const int Links = LibC.AT_SYMLINK_NOFOLLOW;

    public static void Chown(string path, uint uid, uint gid) => Chown(path, uid, gid, flags: 0);

    public static void ChownLink(string path, uint uid, uint gid) => Chown(path, uid, gid, Links);

    public static void Chmod(string path, int mode)
    {
        if (LibC.chmod(path, (uint)mode) < 0) throw LinuxException.Last("chmod", path);
    }

    /// <summary>Replaces what is there, in one moment; a link is renamed itself, wherever it leads.</summary>
    public static void Rename(string path, string to)
    {
        if (LibC.rename(path, to) < 0) throw LinuxException.Last("rename", path);
    }

    public static FileStatus? Status(string path)
    {
        LibC.StatX status;
        // SAFETY: `status` is as large as the kernel's structure.
        if (LibC.statx(LibC.AT_FDCWD, path, Links, LibC.STATX_BASIC_STATS, &status) == 0) return Describe(status);
        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new LinuxException("statx", errno, path);
    }

    public static FileSystemSpace Space(string path)
    {
        LibC.StatFs status;
        // SAFETY: `status` is as large as the kernel's structure.
        if (LibC.statfs(path, &status) < 0) throw LinuxException.Last("statfs", path);
        ulong block = (ulong)status.f_frsize;
        return new(status.f_type, status.f_blocks * block, status.f_bavail * block, status.f_files, status.f_ffree);
    }

    /// <summary>Makes a rename or a new entry in this directory survive a power cut.</summary>
    public static void SyncDirectory(string path)
    {
        using FileDescriptor directory = FileDescriptor.Open(path, OpenFlags.Directory);
        directory.Sync();
    }

    /// <summary>How the name of a file ends that is still being written.</summary>
    public const string Unfinished = ".new";

    /// <summary>
    /// Removes what a writer that was killed has left in a directory and below it. Only for whoever begins to write there and is the only one.
    /// </summary>
    public static void RemoveUnfinished(string directory)
    {
        foreach (string path in Directory.GetFiles(directory, "*" + Unfinished, SearchOption.AllDirectories))
            File.Delete(path);
    }

    /// <summary>Replaces the file as a whole: readers and a power cut find the old content or the new, never a part.</summary>
    public static void WriteDurably(string path, ReadOnlySpan<byte> content, int mode = 0x180 /* 0600 */)
    {
        string fresh = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}{Unfinished}";
        try
        {
            using (FileDescriptor file = FileDescriptor.Open(fresh, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, mode))
            {
                file.Write(content);
                file.Sync();
            }
            Rename(fresh, path);
        }
        catch (LinuxException e)
        {
            File.Delete(fresh);
            throw e.Path is null ? new LinuxException(e.Syscall, e.Errno, path) : e;
        }
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The value of an extended attribute, or null if the file has none of that name.</summary>
    public static byte[]? Attribute(string path, string name)
    {
        nint size = LibC.lgetxattr(path, name, null, 0);
        if (size < 0)
            return Marshal.GetLastPInvokeError() == Errno.ENODATA ? null : throw LinuxException.Last("lgetxattr", path);
        byte[] value = new byte[size];
        // SAFETY: pinned for the call, and the kernel refuses with ERANGE what is longer.
        fixed (byte* start = value)
        {
            size = LibC.lgetxattr(path, name, start, (nuint)value.Length);
        }
        return size >= 0 ? value[..(int)size] : throw LinuxException.Last("lgetxattr", path);
    }

    public static void SetAttribute(string path, string name, ReadOnlySpan<byte> value)
    {
        // SAFETY: pinned for the call; the kernel copies it.
        fixed (byte* start = value)
        {
            if (LibC.lsetxattr(path, name, start, (nuint)value.Length, 0) < 0) throw LinuxException.Last("lsetxattr", path);
        }
    }

    public static void MakeNode(string path, FileKind kind, int mode, uint major = 0, uint minor = 0)
    {
        // The C library's packing of a device number, wider than the kernel's old 8 + 8 bits.
        ulong device = (minor & 0xffu) | ((major & 0xfffu) << 8) | ((ulong)(minor & ~0xffu) << 12) | ((ulong)(major & ~0xfffu) << 32);
        if (LibC.mknod(path, (uint)kind | (uint)mode, device) < 0) throw LinuxException.Last("mknod", path);
    }

    /// <summary>Takes the file's lock until the descriptor is closed; false if another open file has it.</summary>
    /// <param name="file">Whichever way it is open.</param>
    /// <param name="shared">Beside others that share it.</param>
    public static bool TryLock(FileDescriptor file, bool shared = false)
    {
        using FileDescriptor.Lease lease = file.Hold();
        if (LibC.flock(lease.Number, (shared ? LibC.LOCK_SH : LibC.LOCK_EX) | LibC.LOCK_NB) == 0) return true;
        return Marshal.GetLastPInvokeError() == Errno.EAGAIN ? false : throw LinuxException.Last("flock");
    }

    public static FileStatus StatusOf(FileDescriptor file)
    {
        using FileDescriptor.Lease lease = file.Hold();
        LibC.StatX status;
        // SAFETY: `status` is as large as the kernel's structure.
        if (LibC.statx(lease.Number, "", LibC.AT_EMPTY_PATH, LibC.STATX_BASIC_STATS, &status) < 0) throw LinuxException.Last("statx");
        return Describe(status);
    }

    private static void Chown(string path, uint uid, uint gid, int flags)
    {
        if (LibC.fchownat(LibC.AT_FDCWD, path, uid, gid, flags) < 0) throw LinuxException.Last("chown", path);
    }

    private static FileStatus Describe(in LibC.StatX status) => new()
    {
        Kind = (FileKind)(status.stx_mode & 0xF000),
        Mode = status.stx_mode & 0xFFF,
        Uid = status.stx_uid,
        Gid = status.stx_gid,
        Links = status.stx_nlink,
        Size = status.stx_size,
        Inode = status.stx_ino,
        FileSystem = (status.stx_dev_major, status.stx_dev_minor),
        Device = (status.stx_rdev_major, status.stx_rdev_minor),
    };
}
