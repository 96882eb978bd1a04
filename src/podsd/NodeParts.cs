using System.Globalization;
using Pods.Containerd;
using Pods.Images;
using Pods.Linux;
using Pods.Manifests;
using Pods.Network;
using Pods.Node;

namespace Pods.Daemon;

/// <summary>The parts of the node, wired; disposed with podsd.</summary>
internal sealed class NodeParts : IAsyncDisposable
{
    private NodeParts(NodeServices services) => (Services, Node) = (services, new PodNode(services));

    public NodeServices Services { get; }
    public PodNode Node { get; }

    public static NodeParts Create(NodeOptions options, ImageOptions images, NetworkOptions network, HostAddress address,
        Action<string> log)
    {
        // Others may pass through, as containers that are not root must to reach their volumes, but not look around.
        const UnixFileMode passage = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(options.Root, passage);
        Directory.CreateDirectory(options.State);
        ContainerdClient containerd = ContainerdClient.Connect(options.ContainerdAddress, options.ContainerdNamespace);
        return new(new NodeServices
        {
            Options = options,
            Containerd = containerd,
            Images = new ImageStore(containerd, images),
            Network = new PodNetwork(network),
            Store = PodStore.Open(options.StoreDirectory, log),
            Objects = ObjectStore.Open(options.ObjectDirectory, log),
            Workloads = WorkloadStore.Open(options.WorkloadDirectory, log),
            Events = EventLog.Open(options.EventFile, options.NodeName, TimeProvider.System, log),
            Policies = ReadPolicies(options.PolicyDirectory),
            Facts = ReadFacts(options),
            Cpus = new CpuPool(CpuTopology.Read(), options.ReservedCpus),
            HostAddress = address,
            Time = TimeProvider.System,
            Log = log,
        });
    }

    public ValueTask DisposeAsync()
    {
        Services.Probes.Dispose();
        return Services.Containerd.DisposeAsync();
    }

    /// <summary>A file that is wrong stops podsd: without it everything would be allowed.</summary>
    private static NodePolicies ReadPolicies(string directory)
    {
        if (!Directory.Exists(directory))
            return NodePolicies.None;
        NodePolicies[] all =
        [
            .. Directory.GetFiles(directory).Where(f => Path.GetExtension(f) is ".yaml" or ".yml" or ".json").Order(StringComparer.Ordinal)
                .Select(f => PolicyReader.Read(File.ReadAllBytes(f), f)),
        ];
        return new([.. all.SelectMany(p => p.LimitRanges)], [.. all.SelectMany(p => p.Quotas)]);
    }

    private static NodeFacts ReadFacts(NodeOptions options)
    {
        ulong capabilities = ulong.Parse(StatusField("CapEff"), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        IReadOnlyList<string> names = CapabilityNames.FromMask(capabilities);
        return new()
        {
            HasUnifiedCgroups = Cgroup.Mode == CgroupMode.Unified,
            HasSeccomp = File.Exists("/proc/sys/kernel/seccomp/actions_avail"),
            HasAppArmor = File.Exists("/sys/kernel/security/apparmor/profiles"),
            HasRecursiveReadOnly = HasRecursiveReadOnly(),
            HasSwapAccounting = File.Exists("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"),
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            StorageBytes = new DriveInfo(options.Root).TotalSize,
            // Without the capability a process can only be made more likely to be killed than we are.
            LowestOomScoreAdj = names.Contains("CAP_SYS_RESOURCE") ? null : Linux.OomScore.Read(Environment.ProcessId),
            Capabilities = names,
        };
    }

    /// <summary>The kernel has it since 5.12; runc since 1.1 and crun since 1.4, older than all that are supported.</summary>
    private static bool HasRecursiveReadOnly() => Environment.OSVersion.Version >= new Version(5, 12);

    private static string StatusField(string name) =>
        File.ReadLines("/proc/self/status").First(l => l.StartsWith(name + ":", StringComparison.Ordinal)).Split('\t')[1];
}
