using Pods.Oci;

namespace Pods.Manifests;

/// <summary>The mount table of a container: the kernel's file systems, the pod's files, the volumes.</summary>
internal static class SpecMounts
{
    private static readonly RuntimeMount s_proc = Of("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
    private static readonly RuntimeMount s_dev = Of("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
    private static readonly RuntimeMount s_pts =
        Of("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
    private static readonly RuntimeMount s_mqueue = Of("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");

    public static IReadOnlyList<RuntimeMount> OfSandbox(SandboxFacts sandbox) =>
    [
        s_proc, s_dev, s_pts, s_mqueue,
        Of("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        PodUsers.Map(Of("/dev/shm", "bind", sandbox.Shm, "rbind", "ro", "nosuid", "nodev", "noexec"), sandbox.Users),
    ];

    public static IReadOnlyList<RuntimeMount> OfContainer(
        Container container, SandboxFacts sandbox, NodeFacts node, ContainerFacts facts, bool privileged, bool readOnlyRoot)
    {
        List<RuntimeMount> own =
            [.. (container.VolumeMounts ?? []).Select((mount, i) => OfVolume(container, mount, facts.MountSources[i], node, sandbox.Users))];
        // What the manifest mounts itself is not mounted twice; a /dev of its own brings all that is below it.
        HashSet<string> taken = [.. own.Select(mount => Clean(mount.Destination))];
        IEnumerable<RuntimeMount> ofPod = new[]
        {
            Bind("/etc/hostname", sandbox.HostnameFile, readOnlyRoot),
            Bind("/etc/hosts", sandbox.HostsFile, readOnlyRoot),
            Bind("/etc/resolv.conf", sandbox.ResolvConf, readOnlyRoot),
            Bind("/dev/shm", sandbox.Shm, isReadOnly: false),
        }.Where(IsWanted).Select(mount => PodUsers.Map(mount, sandbox.Users));
        return [.. OfKernel(privileged ? "rw" : "ro").Where(IsWanted), .. Sorted([.. own, .. ofPod])];

        bool IsWanted(RuntimeMount mount) => !taken.Contains(mount.Destination)
            && !(taken.Contains("/dev") && mount.Destination.StartsWith("/dev/", StringComparison.Ordinal) && mount.Type != "bind");
    }

    /// <summary>What rootfsPropagation has to be for mounts to come in, or to go out too.</summary>
    public static string? RootPropagation(Container container)
    {
        IEnumerable<string?> ways = (container.VolumeMounts ?? []).Select(mount => mount.MountPropagation);
        return ways.Contains("Bidirectional") ? "rshared" : ways.Contains("HostToContainer") ? "rslave" : null;
    }

    private static RuntimeMount OfVolume(Container container, VolumeMount mount, MountSource source, NodeFacts node, PodUsers? users)
    {
        string propagation = mount.MountPropagation switch
        {
            "Bidirectional" => "rshared",
            "HostToContainer" => "rslave",
            _ => "rprivate",
        };
        // Asked for and not to be had: what is mounted below would stay writable.
        if (mount.RecursiveReadOnly == "Enabled" && !node.HasRecursiveReadOnly)
            throw new SpecException($"container \"{container.Name}\": volumeMount \"{mount.Name}\": "
                + "recursiveReadOnly: Enabled needs Linux 5.12 and a runtime with recursive read-only mounts");
        bool isDeep = mount.RecursiveReadOnly is "Enabled" or "IfPossible" && node.HasRecursiveReadOnly;
        string access = mount.ReadOnly == true || source.IsReadOnly ? isDeep ? "rro" : "ro" : "rw";
        RuntimeMount made = Of(
            mount.MountPath ?? "/", "bind", source.Path, source.IsData ? ["rbind", propagation, access, "noexec"] : ["rbind", propagation, access]);
        // An image's layers were mapped when it was mounted: an overlay itself cannot be.
        return source.IsData ? made : PodUsers.Map(made, users);
    }

    private static RuntimeMount[] OfKernel(string access) =>
    [
        s_proc, s_dev, s_pts, s_mqueue,
        Of("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", access),
        Of("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", access),
    ];

    // A mount must not be covered by one that is made after it: shallow paths first, otherwise in the given order.
    private static IEnumerable<RuntimeMount> Sorted(IEnumerable<RuntimeMount> mounts) =>
        mounts.OrderBy(mount => Clean(mount.Destination).Count(letter => letter == '/'));

    private static RuntimeMount Bind(string destination, string source, bool isReadOnly) =>
        Of(destination, "bind", source, "rbind", "rprivate", isReadOnly ? "ro" : "rw");

    private static RuntimeMount Of(string destination, string type, string source, params string[] options) =>
        new() { Destination = destination, Type = type, Source = source, Options = options };

    private static string Clean(string path) => Path.GetFullPath(path, "/").TrimEnd('/') is { Length: > 0 } clean ? clean : "/";
}
