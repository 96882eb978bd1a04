namespace Pods.Node;

/// <summary>Where a node keeps its things and whom it speaks to; every path can be moved, so that two nodes, or a test, are apart.</summary>
public sealed record NodeOptions
{
    /// <summary>Desired pods, volumes: what outlives a reboot.</summary>
    public string Root { get; init; } = "/var/lib/pods";
    /// <summary>Sockets, fifos, mounts of running pods: gone with a reboot.</summary>
    public string State { get; init; } = "/run/pods";
    public string LogDirectory { get; init; } = "/var/log/pods";
    public string NetworkNamespaceDirectory { get; init; } = "/run/netns";
    public string ContainerdAddress { get; init; } = "/run/containerd/containerd.sock";
    public string ContainerdNamespace { get; init; } = "k8s.io";
    public string Snapshotter { get; init; } = "overlayfs";
    /// <summary>A runtime type, or the absolute path of a shim.</summary>
    public string Runtime { get; init; } = "io.containerd.pods.v1";
    /// <summary>The program that makes containers, or its name on containerd's PATH; "" leaves it to the shim, which takes runc.</summary>
    public string OciRuntime { get; init; } = "";
    public string PauseImage { get; init; } = "registry.k8s.io/pause:3.10";
    /// <summary>Imported when the pause image is neither here nor to be pulled.</summary>
    public string PauseArchive { get; init; } = "/usr/lib/pods/pause.tar";
    public string CgroupParent { get; init; } = "/pods";
    public CgroupDriver CgroupDriver { get; init; }
    public string SeccompDirectory { get; init; } = "/var/lib/pods/seccomp";
    /// <summary>Files NAME.json in docker's config.json form, for the names that imagePullSecrets says.</summary>
    public string PullSecretDirectory { get; init; } = "/etc/pods/pull-secrets";
    public string ManifestDirectory { get; init; } = "/etc/pods/manifests";
    public long LogMaxBytes { get; init; } = 10 << 20;
    public int LogMaxFiles { get; init; } = 5;
    /// <summary>From this part of the disk on, in percent, unused images go; 100: never.</summary>
    public int ImageHighPercent { get; init; } = 85;
    /// <summary>Down to this part.</summary>
    public int ImageLowPercent { get; init; } = 80;
    /// <summary>An image that has been unused for less than this stays: it was just pulled, and is about to be used.</summary>
    public TimeSpan ImageMinimumAge { get; init; } = TimeSpan.FromMinutes(2);
    public IReadOnlyList<string> ClusterDns { get; init; } = [];
    /// <summary>The end of the whole names of pods that have a subdomain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";
    /// <summary>What no pod may have: privileged, hostNetwork, hostPID, hostIPC, hostPath or hostPort.</summary>
    public IReadOnlyList<string> Forbidden { get; init; } = [];
    /// <summary>LimitRanges and ResourceQuotas, in YAML files.</summary>
    public string PolicyDirectory { get; init; } = "/etc/pods/policies";
    /// <summary>hostPath volumes lie below one of these; empty: anywhere.</summary>
    public IReadOnlyList<string> HostPathPrefixes { get; init; } = [];
    /// <summary>Cpus that no pod has for itself: what is everybody's is never empty.</summary>
    public IReadOnlyList<int> ReservedCpus { get; init; } = [0];
    /// <summary>Sysctls that pods may set besides the safe ones; a name may end with *.</summary>
    public IReadOnlyList<string> UnsafeSysctls { get; init; } = [];
    public string NodeName { get; init; } = Environment.MachineName.ToLowerInvariant();

    public string StoreDirectory => Path.Combine(Root, "store");

    /// <summary>Deployments, DaemonSets and Jobs.</summary>
    public string WorkloadDirectory => Path.Combine(Root, "workloads");

    public string EventFile => Path.Combine(Root, "events");

    /// <summary>ConfigMaps, Secrets and claims; for root alone.</summary>
    public string ObjectDirectory => Path.Combine(Root, "objects");

    /// <summary>The content of a claim, which outlives the pods that use it.</summary>
    public string ClaimDirectory(string space, string name) => Path.Combine(Root, "claims", space, name);

    public string PodDirectory(string uid) => Path.Combine(Root, "pods", uid);

    public string PodState(string uid) => Path.Combine(State, "pods", uid);

    /// <summary>The kubelet's layout, which log collectors know.</summary>
    public string PodLogs(string space, string name, string uid) => Path.Combine(LogDirectory, $"{space}_{name}_{uid}");

    /// <summary>Where the user namespace of a pod with hostUsers: false is pinned.</summary>
    public string UserNamespace(string sandboxId) => Path.Combine(State, "users", "pods-" + sandboxId[..12]);

    public string NetworkNamespace(string sandboxId) => Path.Combine(NetworkNamespaceDirectory, "pods-" + sandboxId[..12]);
}
