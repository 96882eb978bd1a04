namespace Pods.Cli.Doctor;

/// <summary>What pods need of the kernel, and what they may ask of it.</summary>
internal sealed class KernelChecks(Machine machine)
{
    private static readonly string[] s_controllers = ["cpu", "memory", "pids"];

    public IReadOnlyList<Finding> Run() => [Cgroups(), Namespaces(), Overlay(), Seccomp(), AppArmor()];

    private Finding Cgroups()
    {
        if (machine.Read("/sys/fs/cgroup/cgroup.controllers") is { } unified)
            return Judge("v2", unified.Split(' '));
        // "#subsys_name hierarchy num_cgroups enabled"; hierarchy 0 means: mounted nowhere.
        string[] mounted = [.. from line in (machine.Read("/proc/cgroups") ?? "").Split('\n').Skip(1)
                               let words = line.Split('\t')
                               where words is [_, not "0", _, "1"]
                               select words[0]];
        return Judge("v1", mounted);

        static Finding Judge(string version, string[] present) => s_controllers.Except(present).ToArray() switch
        {
            [] => Finding.Ok("cgroups", $"{version} with {string.Join(", ", s_controllers)}"),
            var missing => Finding.Warning("cgroups", $"{version} without {string.Join(", ", missing)}: limits of that kind cannot be set",
                "add cgroup_enable=memory to the kernel's command line, then reboot"),
        };
    }

    private Finding Namespaces()
    {
        string[] missing = [.. new[] { "mnt", "pid", "net", "ipc", "uts" }.Except(machine.List("/proc/self/ns"))];
        return missing is [] ? Finding.Ok("namespaces", "mnt, pid, net, ipc, uts")
            : Finding.Failure("namespaces", $"the kernel has no {string.Join(", ", missing)}", "boot a kernel with CONFIG_NAMESPACES");
    }

    private Finding Overlay()
    {
        bool isLoaded = (machine.Read("/proc/filesystems") ?? "").Split('\n').Any(line => line.EndsWith("\toverlay", StringComparison.Ordinal));
        return isLoaded ? Finding.Ok("overlayfs", "loaded")
            : Finding.Warning("overlayfs", "is not loaded yet: containerd loads it when it can", "modprobe overlay");
    }

    private Finding Seccomp() => machine.Read("/proc/sys/kernel/seccomp/actions_avail") is { } actions
        ? Finding.Ok("seccomp", actions)
        : Finding.Warning("seccomp", "the kernel has none: pods with a seccomp profile are refused", "boot a kernel with CONFIG_SECCOMP_FILTER");

    // Nothing to mend: most pods ask for no profile, and Debian and Ubuntu differ in whether it is on.
    private Finding AppArmor() => Finding.Ok("AppArmor", machine.Read("/sys/module/apparmor/parameters/enabled") == "Y"
        ? "on" : "off: pods that name a profile are refused");
}
