using System.Text;
using Cri.Sandbox;
using Google.Protobuf.WellKnownTypes;

namespace Pods.Shim;

/// <summary>What CRI wants of a pod's sandbox, as far as it is the shim's to do. Pure.</summary>
internal sealed record SandboxSettings
{
    private const string ConfigType = "runtime.v1.PodSandboxConfig";

    // Settings that are an IPC namespace's own; those of a network namespace are all of net.
    private static readonly HashSet<string> _ofIpc =
        ["kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"];

    /// <summary>Where CNI has set up the pod's network; null for the machine's.</summary>
    public string? Network { get; private init; }

    /// <summary>"" keeps the machine's.</summary>
    public string Hostname { get; private init; } = "";

    public bool HasOwnIpc { get; private init; } = true;

    public bool HasOwnPids { get; private init; } = true;

    public IReadOnlyDictionary<string, string> Sysctls { get; private init; } = new Dictionary<string, string>();

    /// <summary>Null for the machine's own resolver.</summary>
    public string? ResolvConf { get; private init; }

    /// <summary>The pod's cgroup; "" if nobody made one.</summary>
    public string CgroupParent { get; private init; } = "";

    public static SandboxSettings Decode(Any? options, string networkPath)
    {
        PodSandboxConfig config = options is null ? new() : options.TypeUrl.EndsWith(ConfigType, StringComparison.Ordinal)
            ? PodSandboxConfig.Parser.ParseFrom(options.Value)
            : throw new ArgumentException($"sandbox options of type \"{options.TypeUrl}\" are not understood");
        NamespaceOption namespaces = config.Linux?.SecurityContext?.NamespaceOptions ?? new();
        if (namespaces.UsernsOptions is { Mode: NamespaceMode.Pod })
            throw new ArgumentException("a user namespace for the pod: this shim's own sandbox has none, the runtime handler needs sandboxer = \"podsandbox\"");
        bool ownsNetwork = namespaces.Network != NamespaceMode.Node && networkPath.Length > 0;
        SandboxSettings settings = new()
        {
            Network = ownsNetwork ? networkPath : null,
            Hostname = config.Hostname,
            HasOwnIpc = namespaces.Ipc != NamespaceMode.Node,
            HasOwnPids = namespaces.Pid != NamespaceMode.Node,
            ResolvConf = config.DnsConfig is { } dns ? TextOf(dns) : null,
            CgroupParent = PathOf(config.Linux?.CgroupParent ?? ""),
        };
        return settings with { Sysctls = settings.Checked(config.Linux?.Sysctls ?? []) };
    }

    /// <summary>The machine's own settings are not a pod's to change. The words are runc's.</summary>
    private Dictionary<string, string> Checked(IEnumerable<KeyValuePair<string, string>> wanted)
    {
        Dictionary<string, string> sysctls = [];
        // What containerd 2 by default gives its own sandboxes: any port and ping for everybody, inside the pod.
        if (Network is not null)
        {
            sysctls["net.ipv4.ip_unprivileged_port_start"] = "0";
            sysctls["net.ipv4.ping_group_range"] = "0 2147483647";
        }
        foreach ((string key, string value) in wanted)
        {
            bool isOwn = key.StartsWith("net.", StringComparison.Ordinal) ? Network is not null
                : HasOwnIpc && (_ofIpc.Contains(key) || key.StartsWith("fs.mqueue.", StringComparison.Ordinal));
            if (!isOwn || key.Contains('/', StringComparison.Ordinal) || key.Contains("..", StringComparison.Ordinal))
                throw new ArgumentException($"sysctl \"{key}\" is not in a separate kernel namespace");
            sysctls[key] = value;
        }
        return sysctls;
    }

    private static string TextOf(DNSConfig dns)
    {
        StringBuilder text = new();
        if (dns.Searches.Count > 0)
            text.Append("search ").AppendJoin(' ', dns.Searches).Append('\n');
        foreach (string server in dns.Servers)
            text.Append("nameserver ").Append(server).Append('\n');
        if (dns.Options.Count > 0)
            text.Append("options ").AppendJoin(' ', dns.Options).Append('\n');
        return text.ToString();
    }

    /// <summary>a-b.slice is a directory in a.slice; any other name is a path.</summary>
    private static string PathOf(string cgroup)
    {
        string name = Path.GetFileName(cgroup);
        if (name != cgroup || !name.EndsWith(".slice", StringComparison.Ordinal))
            return cgroup;
        string[] parts = name[..^".slice".Length].Split('-');
        return "/" + string.Join('/', Enumerable.Range(1, parts.Length).Select(count => string.Join('-', parts[..count]) + ".slice"));
    }
}
