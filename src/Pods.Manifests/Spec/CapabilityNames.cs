using System.Collections.Immutable;

namespace Pods.Manifests;

/// <summary>The capabilities of linux/capability.h, by number.</summary>
public static class CapabilityNames
{
    public static ImmutableArray<string> All { get; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN",
        "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
        "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
        "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>What containerd gives a container that asks for nothing.</summary>
    public static ImmutableArray<string> Default { get; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
        "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <summary>The names of the bits of a mask such as CapEff in /proc/self/status.</summary>
    public static IReadOnlyList<string> FromMask(ulong mask) =>
        [.. All.Where((_, number) => (mask >> number & 1) != 0)];

    /// <summary>What is left of the default set: ALL first (a dropped ALL wins over an added one), then single names.</summary>
    internal static IReadOnlyList<string> Granted(Capabilities? wanted, IReadOnlyList<string> all)
    {
        IReadOnlyList<string> add = wanted?.Add ?? [], drop = wanted?.Drop ?? [];
        IEnumerable<string> start = drop.Any(IsAll) ? [] : add.Any(IsAll) ? all : Default;
        HashSet<string> dropped = [.. drop.Select(Full)];
        return [.. start.Concat(add.Where(name => !IsAll(name)).Select(Full)).Distinct().Where(name => !dropped.Contains(name))];
    }

    private static bool IsAll(string name) => name.Equals("ALL", StringComparison.OrdinalIgnoreCase);

    // Kubernetes' names come without the prefix; the runtime's have it.
    private static string Full(string name)
    {
        string upper = name.ToUpperInvariant();
        return upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper : "CAP_" + upper;
    }
}
