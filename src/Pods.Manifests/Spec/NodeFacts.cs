using Pods.Oci;

namespace Pods.Manifests;

/// <summary>What this machine can do and allows; read once when podsd starts.</summary>
public sealed record NodeFacts
{
    /// <summary>Whether the controllers are those of cgroup v2.</summary>
    public bool HasUnifiedCgroups { get; init; }
    public bool HasSeccomp { get; init; } = true;
    public bool HasAppArmor { get; init; }
    /// <summary>
    /// Whether a pod that names no seccomp profile gets RuntimeDefault, as with the kubelet's --seccomp-default.
    /// Kubernetes' own default is Unconfined; Pods starts from the safer side.
    /// </summary>
    public bool SeccompDefault { get; init; } = true;
    /// <summary>Whether a limit can be put on swap.</summary>
    public bool HasSwapAccounting { get; init; }
    public required long MemoryBytes { get; init; }
    /// <summary>Of the disk that pods write to; 0 where it is not known.</summary>
    public long StorageBytes { get; init; }
    public int Cpus { get; init; } = Environment.ProcessorCount;
    /// <summary>podsd's own oom_score_adj where CAP_SYS_RESOURCE is missing and nothing lower can be written; null: no bound.</summary>
    public int? LowestOomScoreAdj { get; init; }
    /// <summary>What ALL stands for here: the capabilities that podsd has itself, see <see cref="CapabilityNames.FromMask"/>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = CapabilityNames.All;
    /// <summary>Whether runtime and kernel can make a mount read-only with all that is mounted below it.</summary>
    public bool HasRecursiveReadOnly { get; init; }
    /// <summary>The device nodes that a privileged container gets.</summary>
    public IReadOnlyList<LinuxDevice> Devices { get; init; } = [];
}
