using System.Runtime.InteropServices;
using Pods.Oci;

namespace Pods.Manifests;

/// <summary>What sandbox and containers have alike: namespaces, cgroup path, filter, hidden paths.</summary>
internal static class SpecIsolation
{
    /// <summary>Files that tell about, or reach, the machine as a whole; read as empty.</summary>
    public static IReadOnlyList<string> MaskedPaths { get; } =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    public static IReadOnlyList<string> ReadonlyPaths { get; } =
        ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static readonly LinuxDeviceRule NoDevice = new() { Allow = false, Access = "rwm" };
    public static readonly LinuxDeviceRule EveryDevice = new() { Allow = true, Access = "rwm" };

    /// <summary>
    /// What is listed without a path is new in the sandbox; in a container the shim puts the sandbox's in its place
    /// (network, ipc, uts, and pid where it is shared). What is not listed is the machine's.
    /// </summary>
    public static IReadOnlyList<LinuxNamespace> Namespaces(PodSpec spec, string? networkNamespace, PodUsers? users, bool ownCgroup)
    {
        List<LinuxNamespace> namespaces = [new("mount")];
        // The one that owns the pod's network, in every container: who has rights over the one has them over the other.
        if (users is not null)
            namespaces.Add(new("user", users.Namespace));
        if (spec.HostPID != true)
            namespaces.Add(new("pid"));
        if (spec.HostIPC != true)
            namespaces.Add(new("ipc"));
        // The host's network comes with the host's name.
        if (spec.HostNetwork != true)
            namespaces.AddRange([new("uts"), new("network", networkNamespace)]);
        if (ownCgroup)
            namespaces.Add(new("cgroup"));
        return namespaces;
    }

    /// <summary>A path below the pod's cgroup; below a systemd slice in the slice:prefix:name form that runc expects.</summary>
    public static string CgroupsPath(string parent, string id) =>
        parent.EndsWith(".slice", StringComparison.Ordinal) ? $"{Path.GetFileName(parent)}:pods:{id}" : $"{parent.TrimEnd('/')}/{id}";

    public static RuntimeCapabilities Capabilities(IReadOnlyList<string> names) =>
        new() { Bounding = names, Effective = names, Permitted = names };

    public static LinuxSeccomp DefaultFilter(IReadOnlyList<string> capabilities, bool isNative = false) =>
        SeccompDefault.For(capabilities, RuntimeInformation.OSArchitecture, isNative);
}
