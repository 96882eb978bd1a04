using System.Runtime.InteropServices;
using Pods.Oci;

namespace Pods.Manifests;

/// <summary>
/// The filter behind <c>RuntimeDefault</c>: containerd's default profile. Everything that is not listed fails with EPERM;
/// what a capability opens depends on the capabilities that the container really has.
/// </summary>
internal static partial class SeccompDefault
{
    private const string Allow = "SCMP_ACT_ALLOW";
    private const string Fail = "SCMP_ACT_ERRNO";
    private const string IsEqual = "SCMP_CMP_EQ";

    // personality(2): PER_LINUX, PER_LINUX32, each with and without UNAME26, and the question what it is.
    private static readonly ulong[] s_personalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

    // CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}: clone is for threads and children, not for namespaces.
    private const ulong CloneNewAny = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000;
    private const ulong AddressFamilyVsock = 40;
    private const uint NoSuchCall = 38; // ENOSYS

    private static readonly string[] s_harmless = HarmlessCalls.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static readonly (string Capability, string[] Calls)[] s_byCapability =
    [
        ("CAP_DAC_READ_SEARCH", ["open_by_handle_at"]),
        ("CAP_SYS_ADMIN",
        [
            "bpf", "clone", "clone3", "fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick", "lookup_dcookie", "mount",
            "mount_setattr", "move_mount", "open_tree", "perf_event_open", "quotactl", "quotactl_fd", "setdomainname",
            "sethostname", "setns", "syslog", "umount", "umount2", "unshare",
        ]),
        ("CAP_SYS_BOOT", ["reboot"]),
        ("CAP_SYS_CHROOT", ["chroot"]),
        ("CAP_SYS_MODULE", ["delete_module", "init_module", "finit_module"]),
        ("CAP_SYS_PACCT", ["acct"]),
        ("CAP_SYS_PTRACE", ["kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace"]),
        ("CAP_SYS_RAWIO", ["iopl", "ioperm"]),
        ("CAP_SYS_TIME", ["settimeofday", "stime", "clock_settime", "clock_settime64"]),
        ("CAP_SYS_TTY_CONFIG", ["vhangup"]),
        ("CAP_SYS_NICE", ["get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"]),
        ("CAP_SYSLOG", ["syslog"]),
        ("CAP_BPF", ["bpf"]),
        ("CAP_PERFMON", ["perf_event_open"]),
    ];

    /// <param name="capabilities">The container's bounding set.</param>
    /// <param name="machine">The architecture that podsd runs on.</param>
    /// <param name="isNative">
    /// Whether programs of the machine's 32-bit sibling end at their first call. Each architecture costs every start of the
    /// container about 7 ms, in which runc builds its part of the filter.
    /// </param>
    public static LinuxSeccomp For(IReadOnlyList<string> capabilities, Architecture machine, bool isNative = false)
    {
        List<LinuxSyscall> calls =
        [
            // Tracing is safe against the filter since Linux 4.8.
            Allowed([.. s_harmless, "ptrace", "process_vm_readv", "process_vm_writev", .. OfMachine(machine)]),
            Allowed(["socket"], new LinuxSeccompArgument { Index = 0, Value = AddressFamilyVsock, Op = "SCMP_CMP_NE" }),
        ];
        calls.AddRange(s_personalities.Select(value =>
            Allowed(["personality"], new LinuxSeccompArgument { Index = 0, Value = value, Op = IsEqual })));
        string[] opened = [.. s_byCapability.Where(row => capabilities.Contains(row.Capability)).SelectMany(row => row.Calls).Distinct()];
        if (opened.Length > 0)
            calls.Add(Allowed(opened));
        if (!capabilities.Contains("CAP_SYS_ADMIN"))
            calls.AddRange(CloneWithoutNamespaces());
        return new() { DefaultAction = Fail, Architectures = isNative ? Architectures(machine)?[..1] : Architectures(machine), Syscalls = calls };
    }

    private static IEnumerable<LinuxSyscall> CloneWithoutNamespaces() =>
    [
        Allowed(["clone"], new LinuxSeccompArgument { Index = 0, Value = CloneNewAny, ValueTwo = 0, Op = "SCMP_CMP_MASKED_EQ" }),
        // Its flags lie in memory, where no filter can look; with ENOSYS the C library falls back to clone.
        new() { Names = ["clone3"], Action = Fail, ErrnoRet = NoSuchCall },
    ];

    private static LinuxSyscall Allowed(IReadOnlyList<string> names, params LinuxSeccompArgument[] conditions) =>
        new() { Names = names, Action = Allow, Args = conditions.Length > 0 ? conditions : null };

    private static string[] OfMachine(Architecture machine) => machine switch
    {
        Architecture.X64 => ["arch_prctl", "modify_ldt"],
        Architecture.Arm64 => ["arm_fadvise64_64", "arm_sync_file_range", "sync_file_range2", "breakpoint", "cacheflush", "set_tls"],
        Architecture.RiscV64 => ["riscv_flush_icache"],
        _ => [],
    };

    // The machine's own first. Without x32, which containerd has in its list: Debian's kernels do not serve it unless told to when
    // they boot, and no image is built for it. A call of its kind ends the process.
    private static string[]? Architectures(Architecture machine) => machine switch
    {
        Architecture.X64 => ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        Architecture.Arm64 => ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
        Architecture.RiscV64 => ["SCMP_ARCH_RISCV64"],
        _ => null,
    };
}
