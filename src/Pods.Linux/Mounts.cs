using System.Runtime.InteropServices;

namespace Pods.Linux;

/// <summary>Attaches and detaches mounts: container roots for the shim, volumes and pins for podsd.</summary>
public static class Mounts
{
    private const string Loop = "loop", DirectLoop = "direct-io";
    private const int BusyRetries = 50;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);

    /// <summary>All of them in order below one root; if one fails, those before it are detached again.</summary>
    /// <param name="mounts">The outermost first.</param>
    /// <param name="root">A directory.</param>
    /// <param name="userNamespaces">Called for the options uidmap and gidmap; without it they are refused.</param>
    public static void AttachAll(IEnumerable<Mount> mounts, string root, Func<IdMapping, FileDescriptor>? userNamespaces = null)
    {
        try
        {
            foreach (Mount mount in mounts) Attach(mount, root, userNamespaces);
        }
        catch
        {
            DetachAll(root);
            throw;
        }
    }

    public static void Attach(Mount mount, string root, Func<IdMapping, FileDescriptor>? userNamespaces = null)
    {
        if (mount.Options.Contains(Loop))
        {
            AttachLoop(mount, root, userNamespaces);
            return;
        }
        MountOptions options = MountOptions.Parse(mount.Options);
        using FileDescriptor? owner = options.Mapping is not { } mapping ? null : userNamespaces?.Invoke(mapping)
            ?? throw new ArgumentException($"mount option {mapping} is not supported here");
        if (mount.Target.Length == 0)
        {
            Make(mount, options, root, root, owner);
            Adjust(options, root);
            return;
        }
        // By descriptor: nobody can turn the target into a link that leads out of the root between look-up and mount.
        using (FileDescriptor target = RootedPath.Open(root, mount.Target, OpenFlags.PathOnly))
            Make(mount, options, RootedPath.Handle(target), root, owner);
        // That descriptor is of what the mount now covers: the mount itself has to be looked up.
        using FileDescriptor mounted = RootedPath.Open(root, mount.Target, OpenFlags.PathOnly);
        Adjust(options, RootedPath.Handle(mounted));
    }

    public static void Bind(string source, string target, bool readOnly = false, bool recursive = true)
    {
        List<string> options = [recursive ? "rbind" : "bind"];
        if (readOnly) options.Add("ro");
        Attach(new Mount("none", source, "", options), target);
    }

    public static void MakeShared(string path, bool recursive = true) => SetPropagation(path, MountOptions.MS_SHARED, recursive);

    public static void MakePrivate(string path, bool recursive = true) => SetPropagation(path, MountOptions.MS_PRIVATE, recursive);

    public static void MakeSlave(string path, bool recursive = true) => SetPropagation(path, MountOptions.MS_SLAVE, recursive);

    /// <summary>Detaches everything at and below a path, deepest first. Nothing there is fine. A busy one is tried for 2.5 s.</summary>
    public static void DetachAll(string path)
    {
        if (RootedPath.TryReal(path) is not { } real) return;
        string below = real == "/" ? real : real + "/";
        // A later line may lie over an earlier one, or inside it: the reverse order undoes both.
        foreach (MountEntry entry in Read().Reverse())
            if (entry.Target == real || entry.Target.StartsWith(below, StringComparison.Ordinal)) Detach(entry.Target);
    }

    public static bool IsMountPoint(string path) => RootedPath.TryReal(path) is { } real && Read().Any(entry => entry.Target == real);

    /// <summary>The mounts as a process sees them, parents first; null is ours.</summary>
    public static IReadOnlyList<MountEntry> Read(int? pid = null) =>
        [.. File.ReadLines($"/proc/{pid?.ToString() ?? "self"}/mountinfo").Select(MountEntry.Parse).OfType<MountEntry>()];

    /// <summary>The topmost mount that a path lies on.</summary>
    public static MountEntry? Containing(string path)
    {
        if (RootedPath.TryReal(path) is not { } real) return null;
        return Read().Where(entry => entry.Target == "/" || real == entry.Target || real.StartsWith(entry.Target + "/", StringComparison.Ordinal))
            .Aggregate((MountEntry?)null, (best, entry) => best is null || entry.Target.Length >= best.Target.Length ? entry : best);
    }

    internal static void Detach(string target)
    {
        for (int attempt = 0; LibC.umount2(target, LibC.UMOUNT_NOFOLLOW) < 0; attempt++)
        {
            int errno = Marshal.GetLastPInvokeError();
            // Gone already, with a parent or by somebody else.
            if (errno is Errno.EINVAL or Errno.ENOENT) return;
            if (errno != Errno.EBUSY || attempt >= BusyRetries) throw new LinuxException("umount", errno, target);
            Thread.Sleep(BusyPause);
        }
    }

    /// <summary>The source is a file that has a file system in it.</summary>
    private static void AttachLoop(Mount mount, string root, Func<IdMapping, FileDescriptor>? userNamespaces)
    {
        string[] options = [.. mount.Options.Where(option => option is not (Loop or DirectLoop))];
        bool isReadOnly = (MountOptions.Parse(options).Flags & MountOptions.MS_RDONLY) != 0;
        using LoopDevice device = LoopDevice.Attach(mount.Source, isReadOnly, isDirect: mount.Options.Contains(DirectLoop));
        Attach(mount with { Source = device.Path, Options = options }, root, userNamespaces);
    }

    private static void Make(Mount mount, MountOptions options, string target, string root, FileDescriptor? owner)
    {
        bool onlyPropagation = mount.Type is "" or "none" && options is { Flags: 0, Data: "", Propagation: not 0 };
        if (onlyPropagation) return;
        nuint flags = options.IsBind ? options.Flags & ~MountOptions.PerMount : options.Flags;
        if (owner is not null) IdMappedMount.Attach(mount, options, flags, target, root, owner);
        else if (mount.Type == "overlay") OverlayMount.Attach(mount.Source, target, flags, options.Data);
        else Call(mount.Source, target, mount.Type, flags, options.Data);
    }

    // The kernel takes a change of propagation alone only, and a bind's own flags only when it is there.
    private static void Adjust(MountOptions options, string target)
    {
        if (options.Propagation != 0) Call(null, target, null, options.Propagation, null);
        if (options.IsBind && (options.Flags & MountOptions.PerMount) != 0) RemountBind(target, options.Flags);
    }

    private static void RemountBind(string target, nuint flags)
    {
        nuint wanted = (flags & MountOptions.PerMount) | MountOptions.MS_BIND | MountOptions.MS_REMOUNT;
        if (LibC.mount(null, target, null, wanted, null) == 0) return;
        // Inside a user namespace the flags of the mount's first owner are locked, and leaving one out is EPERM.
        if (Marshal.GetLastPInvokeError() != Errno.EPERM) throw LinuxException.Last("mount", target);
        Call(null, target, null, wanted | LockedFlags(target), null);
    }

    private static nuint LockedFlags(string target)
    {
        nuint flags = 0;
        foreach (string option in Containing(target)?.Options.Split(',') ?? [])
            flags |= MountOptions.Parse([option]).Flags & MountOptions.PerMount;
        return flags;
    }

    private static void SetPropagation(string path, nuint way, bool recursive) =>
        Call(null, path, null, recursive ? way | MountOptions.MS_REC : way, null);

    internal static void Call(string? source, string target, string? type, nuint flags, string? data)
    {
        // The kernel takes one page with a zero at its end and would silently cut off what is more: an overlay without its last layers.
        if (data is not null && System.Text.Encoding.UTF8.GetByteCount(data) >= Environment.SystemPageSize)
            throw new ArgumentException($"mount {target}: options of {data.Length} bytes are more than the kernel takes");
        if (LibC.mount(source, target, type, flags, data) < 0) throw LinuxException.Last("mount", target);
    }
}
