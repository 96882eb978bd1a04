namespace Pods.Linux;

/// <summary>
/// A process that is there for its namespaces: those that a pod's containers join. It sees nothing of the machine but its own
/// program, read-only, so that who looks at it from a shared pid namespace (/proc/1/root) finds nothing either.
/// </summary>
public sealed unsafe record NamespaceHolder
{
    private const string Program = "/pause";
    // One file, which is a mount: no byte of it is in this file system.
    private const string RootOptions = "size=4k,nr_inodes=4,mode=555";

    /// <summary>What it runs; it must need no other file.</summary>
    public required string File { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>An empty directory; what is mounted there is seen by the holder alone.</summary>
    public required string Root { get; init; }

    /// <summary>The network namespace to be in; null for ours.</summary>
    public string? Network { get; init; }

    /// <summary>A UTS namespace of its own, with this name; null shares ours, "" keeps our name.</summary>
    public string? Hostname { get; init; }

    public bool HasOwnIpc { get; init; }

    public bool HasOwnPids { get; init; }

    /// <summary>Kernel settings of these namespaces, by their names with dots.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>On a thread of its own, which takes over the namespaces one by one, has the child inherit them, and ends.</summary>
    public Child Start(Children children) => OwnThread.Run(() =>
    {
        using FileDescriptor nothing = FileDescriptor.OpenNull();
        using FileDescriptor? network = Network is null ? null : Namespaces.Open(Network);
        Unshare(LibC.CLONE_FS | LibC.CLONE_NEWNS | (Hostname is null ? 0 : LibC.CLONE_NEWUTS) | (HasOwnIpc ? LibC.CLONE_NEWIPC : 0));
        if (network is not null && LibC.setns(network.Number, LibC.CLONE_NEWNET) < 0) throw LinuxException.Last("setns", Network);
        if (Hostname is { Length: > 0 } name) Rename(name);
        foreach ((string key, string value) in Sysctls) Set(key, value);
        MoveInto(Root);
        // Last: a thread whose children get a pid namespace of their own cannot start threads, and the runtime might want to.
        if (HasOwnPids) Unshare(LibC.CLONE_NEWPID);
        return children.Spawn(new()
        {
            File = Program,
            Arguments = Arguments,
            Environment = new Dictionary<string, string>(),
            Descriptors = new Dictionary<int, FileDescriptor> { [0] = nothing, [1] = nothing, [2] = nothing },
            Group = ProcessGroup.Session,
        });
    });

    private void MoveInto(string root)
    {
        Mounts.MakePrivate("/");
        Mounts.Call("pods", root, "tmpfs", MountOptions.MS_NOSUID | MountOptions.MS_NODEV, RootOptions);
        FileDescriptor.Open(root + Program, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x16d /* 0555 */).Dispose();
        Mounts.Bind(File, root + Program, readOnly: true, recursive: false);
        if (LibC.chdir(root) < 0) throw LinuxException.Last("chdir", root);
        fixed (byte* here = "."u8)
        {
            // SAFETY: a zero-terminated constant. New root and old root in one place: the old one lies on top, and is let go.
            if (LibC.syscall(LibC.SYS_pivot_root, (nint)here, (nint)here, 0, 0, 0) < 0) throw LinuxException.Last("pivot_root", root);
        }
        if (LibC.umount2(".", LibC.MNT_DETACH) < 0) throw LinuxException.Last("umount", "the old root");
        const nuint readOnly = MountOptions.MS_REMOUNT | MountOptions.MS_BIND | MountOptions.MS_RDONLY;
        Mounts.Call(null, "/", null, readOnly | MountOptions.MS_NOSUID | MountOptions.MS_NODEV, null);
    }

    private static void Unshare(int what)
    {
        if (LibC.unshare(what) < 0) throw LinuxException.Last("unshare");
    }

    private static void Rename(string hostname)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(hostname);
        fixed (byte* name = bytes)
        {
            // SAFETY: the kernel reads as many bytes as it is told.
            if (LibC.sethostname(name, (nuint)bytes.Length) < 0) throw LinuxException.Last("sethostname", hostname);
        }
    }

    // The files show the settings of the namespaces of the thread that opens them.
    private static void Set(string key, string value)
    {
        string path = "/proc/sys/" + key.Replace('.', '/');
        using FileDescriptor setting = FileDescriptor.Open(path, OpenFlags.WriteOnly);
        try
        {
            setting.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (LinuxException e)
        {
            throw new LinuxException("write", e.Errno, $"{path} (\"{value}\")");
        }
    }
}
