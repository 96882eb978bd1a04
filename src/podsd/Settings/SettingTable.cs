using System.Net;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Settings;

/// <summary>One setting: its key in podsd.yaml, which is its flag too, and what it does.</summary>
internal sealed record Setting(string Key, string Default, string Help, Func<DaemonSettings, string, DaemonSettings> Apply);

/// <summary>Every setting there is; the file, the flags, the help and the sample file are made of it.</summary>
internal static class SettingTable
{
    public static DaemonSettings Defaults { get; } =
        new("/run/pods/podsd.sock", new() { CgroupDriver = CgroupDrivers.Detect() }, new(), new());

    public static IReadOnlyList<Setting> All { get; } =
    [
        new("root", Defaults.Node.Root, "desired pods and volumes", (s, v) => s with
        {
            Node = s.Node with { Root = v },
            Network = s.Network with { CacheDirectory = Path.Combine(v, "network") },
        }),
        new("state", Defaults.Node.State, "mounts and fifos of running pods; gone with a reboot", (s, v) => s with { Node = s.Node with { State = v } }),
        new("socket", Defaults.Socket, "the API's unix socket", (s, v) => s with { Socket = v }),
        new("listen", "", "address:port where the API also listens, with TLS and client certificates (pods config kubeconfig); off without it",
            (s, v) => s with { Listen = EndPoint("listen", v) }),
        new("listen-names", "", "names and addresses, besides the machine's own, that clients of that port use; separated by commas",
            (s, v) => s with { ListenNames = v.Split(',', StringSplitOptions.RemoveEmptyEntries) }),
        new("containerd", Defaults.Node.ContainerdAddress, "containerd's socket", (s, v) => s with { Node = s.Node with { ContainerdAddress = v } }),
        new("namespace", Defaults.Node.ContainerdNamespace, "containerd's namespace", (s, v) => s with { Node = s.Node with { ContainerdNamespace = v } }),
        new("runtime", Defaults.Node.Runtime, "runtime type, or absolute path of a shim", (s, v) => s with { Node = s.Node with { Runtime = v } }),
        new("oci-runtime", Defaults.Node.OciRuntime, "program that makes containers, runc or crun, or its name on containerd's PATH; runc without it",
            (s, v) => s with { Node = s.Node with { OciRuntime = v } }),
        new("snapshotter", Defaults.Node.Snapshotter, "containerd's snapshotter", (s, v) => s with { Node = s.Node with { Snapshotter = v }, Images = s.Images with { Snapshotter = v } }),
        new("pause-image", Defaults.Node.PauseImage, "image of the pause container", (s, v) => s with { Node = s.Node with { PauseImage = v } }),
        new("pause-archive", Defaults.Node.PauseArchive, "archive that stands in for the pause image", (s, v) => s with { Node = s.Node with { PauseArchive = v } }),
        new("log-dir", Defaults.Node.LogDirectory, "logs of containers", (s, v) => s with { Node = s.Node with { LogDirectory = v } }),
        new("log-max-size", Defaults.Node.LogMaxBytes.ToString(), "bytes of a log file before it is rotated", (s, v) => s with { Node = s.Node with { LogMaxBytes = Number("log-max-size", v) } }),
        new("log-max-files", Defaults.Node.LogMaxFiles.ToString(), "log files kept per run", (s, v) => s with { Node = s.Node with { LogMaxFiles = (int)Number("log-max-files", v) } }),
        new("image-gc-high", "85", "percent of the images' disk from which on unused images are removed; 100: never", (s, v) => s with { Node = s.Node with { ImageHighPercent = Percent("image-gc-high", v) } }),
        new("image-gc-low", "80", "percent of it at which that ends", (s, v) => s with { Node = s.Node with { ImageLowPercent = Percent("image-gc-low", v) } }),
        new("image-gc-age", "120", "seconds that an image has been unused for before it is removed", (s, v) => s with { Node = s.Node with { ImageMinimumAge = TimeSpan.FromSeconds(Number("image-gc-age", v)) } }),
        new("manifests", Defaults.Node.ManifestDirectory, "static manifests: what they say is kept running", (s, v) => s with { Node = s.Node with { ManifestDirectory = v } }),
        new("netns-dir", Defaults.Node.NetworkNamespaceDirectory, "where network namespaces are pinned", (s, v) => s with { Node = s.Node with { NetworkNamespaceDirectory = v } }),
        new("cni-conf-dir", Defaults.Network.ConfigurationDirectory, "CNI configuration; the first file is used", (s, v) => s with { Network = s.Network with { ConfigurationDirectory = v } }),
        new("cni-bin-dir", string.Join(':', Defaults.Network.PluginDirectories), "CNI plugins, directories separated by colons",
            (s, v) => s with { Network = s.Network with { PluginDirectories = v.Split([':', ',']) } }),
        new("subnet", "10.87.0.0/16", "of the default network, used when there is no CNI configuration", (s, v) => s with { Network = s.Network with { DefaultSubnet = v } }),
        new("cluster-dns", "", "name servers for dnsPolicy ClusterFirst, separated by commas", (s, v) => s with { Node = s.Node with { ClusterDns = v.Split(',', StringSplitOptions.RemoveEmptyEntries) } }),
        new("certs-dir", Defaults.Images.CertsDirectory ?? "", "registries' hosts.toml files", (s, v) => s with { Images = s.Images with { CertsDirectory = v } }),
        new("plain-http", "", "registries spoken to without TLS besides loopback, separated by commas", (s, v) => s with { Images = s.Images with { PlainHttp = v.Split(',', StringSplitOptions.RemoveEmptyEntries) } }),
        new("auth-file", "", "docker config.json with registry credentials", (s, v) => s with { Images = s.Images with { AuthFiles = v.Length == 0 ? [] : [v] } }),
        new("pull-secrets", Defaults.Node.PullSecretDirectory, "NAME.json files for imagePullSecrets", (s, v) => s with { Node = s.Node with { PullSecretDirectory = v } }),
        new("seccomp-dir", Defaults.Node.SeccompDirectory, "profiles for seccompProfile Localhost", (s, v) => s with { Node = s.Node with { SeccompDirectory = v } }),
        new("cgroup-parent", Defaults.Node.CgroupParent, "cgroup above all pods", (s, v) => s with { Node = s.Node with { CgroupParent = v } }),
        new("cgroup-driver", "auto", "who makes cgroups: systemd, cgroupfs, or auto: systemd where it owns a cgroup v2 tree",
            (s, v) => s with { Node = s.Node with { CgroupDriver = Driver("cgroup-driver", v) } }),
        new("cluster-domain", Defaults.Node.ClusterDomain, "end of the whole names of pods with a subdomain", (s, v) => s with { Node = s.Node with { ClusterDomain = v } }),
        new("reserved-cpus", CpuList.Format(Defaults.Node.ReservedCpus), "cpus, as in 0-1,4, that no pod gets for itself by the annotation io.pods.cpus",
            (s, v) => s with { Node = s.Node with { ReservedCpus = Cpus("reserved-cpus", v) } }),
        new("policies", Defaults.Node.PolicyDirectory, "LimitRanges and ResourceQuotas: YAML files, read at the start", (s, v) => s with { Node = s.Node with { PolicyDirectory = v } }),
        new("forbid", "", "what no pod may have, separated by commas: " + string.Join(", ", PodPolicy.Features),
            (s, v) => s with { Node = s.Node with { Forbidden = Features("forbid", v) } }),
        new("host-paths", "", "hostPath volumes must lie below one of these directories, separated by commas; empty: anywhere", (s, v) => s with { Node = s.Node with { HostPathPrefixes = Words(v) } }),
        new("unsafe-sysctls", "", "sysctls that pods may set besides the safe ones, separated by commas; a name may end with *", (s, v) => s with { Node = s.Node with { UnsafeSysctls = Words(v) } }),
        new("node-name", Defaults.Node.NodeName, "name of this node", (s, v) => s with { Node = s.Node with { NodeName = v } }),
    ];

    public static Setting? Find(string key) => All.FirstOrDefault(s => s.Key == key);

    private static IPEndPoint? EndPoint(string key, string text) =>
        text.Length == 0 ? null
        : IPEndPoint.TryParse(text.StartsWith(':') ? "[::]" + text : text, out IPEndPoint? where) && where.Port > 0 ? where
        : throw new SettingsException($"{key}: \"{text}\" is no address and port, as in 0.0.0.0:6443");

    private static CgroupDriver Driver(string key, string text) => text switch
    {
        "auto" => CgroupDrivers.Detect(),
        "systemd" => CgroupDriver.Systemd,
        "cgroupfs" => CgroupDriver.Cgroupfs,
        _ => throw new SettingsException($"{key}: \"{text}\" is none of auto, systemd, cgroupfs"),
    };

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // A misspelt one would forbid nothing.
    private static string[] Features(string key, string text)
    {
        string[] words = Words(text);
        return words.FirstOrDefault(word => !PodPolicy.Features.Contains(word)) is not { } unknown ? words
            : throw new SettingsException($"{key}: \"{unknown}\" is none of {string.Join(", ", PodPolicy.Features)}");
    }

    private static IReadOnlyList<int> Cpus(string key, string text) => CpuList.TryParse(text) is { Count: > 0 } cpus
        ? cpus : throw new SettingsException($"{key}: \"{text}\" is no list of cpus, as in 0-1,4");

    private static int Percent(string key, string text) => int.TryParse(text, out int number) && number is >= 0 and <= 100
        ? number : throw new SettingsException($"{key}: \"{text}\" is no percentage between 0 and 100");

    private static long Number(string key, string text) => long.TryParse(text, out long number) && number > 0
        ? number : throw new SettingsException($"{key}: \"{text}\" is no positive whole number");
}
