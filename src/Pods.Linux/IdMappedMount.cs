namespace Pods.Linux;

/// <summary>Attaches what shows the ids of files as a user namespace has them, for containers that run in one. mount_setattr(2)</summary>
internal static unsafe class IdMappedMount
{
    private const string LowerKey = "lowerdir=", Merged = "merged";

    /// <param name="mount">What.</param>
    /// <param name="options">Its own.</param>
    /// <param name="flags">Those of them that count when it is made.</param>
    /// <param name="target">Where.</param>
    /// <param name="anywhere">A directory that is of no use to the making of it.</param>
    /// <param name="owner">A user namespace, whose ids it shows.</param>
    internal static void Attach(Mount mount, MountOptions options, nuint flags, string target, string anywhere, FileDescriptor owner)
    {
        if (mount.Type != "overlay" && !options.IsBind)
            throw new ArgumentException($"mount option {options.Mapping} is not supported for type {mount.Type}");
        using FileDescriptor tree = options.IsBind
            ? Mapped(mount.Source, (flags & MountOptions.MS_REC) != 0, owner)
            : MakeOverlay(mount.Source, flags, options.Data, Path.GetFullPath(anywhere), owner);
        Move(tree, target);
    }

    /// <summary>
    /// An overlay has its upper layer with the ids as they are on disk, and each lower one as the namespace has them. For the kernel
    /// to take these they must be mounted somewhere: in a mount namespace that nobody sees and that ends with its thread, so nothing
    /// of it is left, whenever this process is killed.
    /// </summary>
    private static FileDescriptor MakeOverlay(string source, nuint flags, string data, string place, FileDescriptor owner) => OwnThread.Run(() =>
    {
        string[] options = data.Split(',');
        int lower = Array.FindIndex(options, option => option.StartsWith(LowerKey, StringComparison.Ordinal));
        if (lower < 0) throw new ArgumentException($"overlay without a lowerdir: {data}");
        string[] layers = options[lower][LowerKey.Length..].Split(':');
        if (LibC.unshare(LibC.CLONE_NEWNS | LibC.CLONE_FS) < 0) throw LinuxException.Last("unshare", "mnt");
        Mounts.MakeSlave("/");
        Mounts.Call("pods", place, "tmpfs", 0, "mode=700");
        if (LibC.chdir(place) < 0) throw LinuxException.Last("chdir", place);
        for (int i = 0; i < layers.Length; i++)
        {
            string layer = Directory.CreateDirectory($"{place}/{i}").FullName;
            using FileDescriptor tree = Mapped(layers[i], isDeep: false, owner);
            Move(tree, layer);
        }
        string merged = Directory.CreateDirectory($"{place}/{Merged}").FullName;
        // By their numbers they fit into mount(2)'s page, however many there are.
        options[lower] = LowerKey + string.Join(':', Enumerable.Range(0, layers.Length));
        Mounts.Call(source, merged, "overlay", flags, string.Join(',', options));
        return Clone(merged, isDeep: false);
    });

    private static FileDescriptor Mapped(string path, bool isDeep, FileDescriptor owner)
    {
        FileDescriptor tree = Clone(path, isDeep);
        LibC.mount_attr mapped = new() { attr_set = LibC.MOUNT_ATTR_IDMAP, userns_fd = (ulong)owner.Number };
        int flags = LibC.AT_EMPTY_PATH | (isDeep ? LibC.AT_RECURSIVE : 0);
        fixed (byte* itself = "\0"u8)
        {
            // SAFETY: the kernel reads an empty string and a structure of this stack.
            if (LibC.syscall(LibC.SYS_mount_setattr, tree.Number, (nint)itself, flags, (nint)(&mapped), sizeof(LibC.mount_attr)) == 0) return tree;
        }
        LinuxException failure = LinuxException.Last("mount_setattr", $"{path} (idmap; does its file system support it?)");
        tree.Dispose();
        throw failure;
    }

    private static FileDescriptor Clone(string path, bool isDeep)
    {
        int flags = LibC.OPEN_TREE_CLONE | LibC.O_CLOEXEC | (isDeep ? LibC.AT_RECURSIVE : 0);
        byte[] name = [.. System.Text.Encoding.UTF8.GetBytes(path), 0];
        fixed (byte* start = name)
        {
            // SAFETY: a zero-terminated string that lives for the call.
            nint fd = LibC.syscall(LibC.SYS_open_tree, LibC.AT_FDCWD, (nint)start, flags, 0, 0);
            return fd >= 0 ? new((int)fd) : throw LinuxException.Last("open_tree", path);
        }
    }

    private static void Move(FileDescriptor tree, string target)
    {
        byte[] name = [.. System.Text.Encoding.UTF8.GetBytes(target), 0];
        fixed (byte* start = name, itself = "\0"u8)
        {
            const int flags = LibC.MOVE_MOUNT_F_EMPTY_PATH | LibC.MOVE_MOUNT_T_SYMLINKS;
            // SAFETY: zero-terminated strings that live for the call.
            if (LibC.syscall(LibC.SYS_move_mount, tree.Number, (nint)itself, LibC.AT_FDCWD, (nint)start, flags) < 0)
                throw LinuxException.Last("move_mount", target);
        }
    }
}
