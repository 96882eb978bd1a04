using Pods.Oci;

namespace Pods.Manifests.Tests;

/// <summary>What the golden specs assume about node, sandbox and image; the cases that differ are named here.</summary>
internal static class GoldenFacts
{
    public static SandboxFacts Sandbox(string name) => new()
    {
        SandboxId = "5a4db0c5",
        NetworkNamespace = name == "host-namespaces" ? null : "/run/netns/pods-web",
        Users = name == "own-users" ? new(131072, "/run/pods/users/pods-web") : null,
        CgroupParent = name == "systemd-slice" ? "kubepods-podab12.slice" : "/pods/podab12",
        Hostname = name == "host-namespaces" ? "node1" : "web",
        Shm = name == "host-namespaces" ? "/dev/shm" : "/run/pods/sandboxes/5a4db0c5/shm",
        HostsFile = "/run/pods/sandboxes/5a4db0c5/hosts",
        HostnameFile = "/run/pods/sandboxes/5a4db0c5/hostname",
        ResolvConf = "/run/pods/sandboxes/5a4db0c5/resolv.conf",
        PodIPs = ["10.88.0.5", "fd00::5"],
        HostIPs = ["192.0.2.10"],
        NodeName = "node1",
    };

    public static NodeFacts Node(string name) => new()
    {
        HasUnifiedCgroups = name == "cgroup-v2",
        HasSwapAccounting = name == "resources-burstable",
        SeccompDefault = name != "seccomp-not-default",
        MemoryBytes = 8L << 30,
        LowestOomScoreAdj = name == "oom-score-bound" ? 0 : null,
        HasRecursiveReadOnly = true,
        Devices = [new() { Path = "/dev/fuse", Type = "c", Major = 10, Minor = 229, FileMode = 0x1b6, Uid = 0, Gid = 0 }],
    };

    public static ImageProcess Image { get; } = new()
    {
        Entrypoint = ["/entrypoint.sh"],
        Cmd = ["serve"],
        Env = ["PATH=/opt/bin:/bin", "LANG=C.UTF-8"],
        WorkingDir = "/srv",
        User = "app",
    };

    public const string Passwd = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/srv:/bin/sh\n";
    public const string Group = "root:x:0:\napp:x:1001:\naudio:x:29:app\n";

    public static ContainerFacts Container(Pod pod, Container container) => new()
    {
        ContainerId = $"c-{container.Name}",
        ImageName = $"docker.io/library/{container.Image}",
        Image = Image,
        User = ContainerUser.Resolve(pod, container, Image, Passwd, Group),
        MountSources = [.. (container.VolumeMounts ?? []).Select(mount => new MountSource(
            $"/var/lib/pods/volumes/{mount.Name}/{mount.SubPath}".TrimEnd('/')))],
        LocalhostSeccomp = new()
        {
            DefaultAction = "SCMP_ACT_LOG",
            Syscalls = [new() { Names = ["mkdir"], Action = "SCMP_ACT_ERRNO", ErrnoRet = 13 }],
        },
    };
}
