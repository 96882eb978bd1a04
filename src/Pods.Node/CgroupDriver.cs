using Pods.Linux;

namespace Pods.Node;

/// <summary>Who makes the cgroups of pods and containers.</summary>
public enum CgroupDriver
{
    /// <summary>podsd and the runtime, as directories.</summary>
    Cgroupfs,
    /// <summary>systemd, as slices and scopes, on podsd's and the runtime's behalf: the only owner of a cgroup v2 tree is happiest so.</summary>
    Systemd,
}

/// <summary>Finds the driver that fits the machine.</summary>
public static class CgroupDrivers
{
    /// <summary>systemd where it runs, owns a tree of version 2, and can be asked.</summary>
    public static CgroupDriver Detect() =>
        Cgroup.Mode == CgroupMode.Unified && Directory.Exists("/run/systemd/system") && File.Exists("/run/dbus/system_bus_socket")
            && File.Exists(SystemdSlices.Program)
            ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs;
}
