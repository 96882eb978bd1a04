using Pods.Containerd;
using Pods.Images;
using Pods.Manifests;
using Pods.Network;

namespace Pods.Node;

/// <summary>What the steps of every pod work with; made once by podsd.</summary>
public sealed record NodeServices
{
    public required NodeOptions Options { get; init; }
    public required ContainerdClient Containerd { get; init; }
    public required ImageStore Images { get; init; }
    public required PodNetwork Network { get; init; }
    public required PodStore Store { get; init; }
    public required ObjectStore Objects { get; init; }
    public required WorkloadStore Workloads { get; init; }
    public required EventLog Events { get; init; }
    public required NodeFacts Facts { get; init; }
    public required CpuPool Cpus { get; init; }
    /// <summary>Held while a pod is let in: two at once must not both have the last of a quota, or the same cpu.</summary>
    public Lock Admitting { get; } = new();
    public required HostAddress HostAddress { get; init; }
    /// <summary>The kernel's name for this boot of the machine: what another one has left runs no more.</summary>
    public string BootId { get; init; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
    public required TimeProvider Time { get; init; }
    /// <summary>Read from the operator's files when podsd starts.</summary>
    public NodePolicies Policies { get; init; } = NodePolicies.None;
    public NodeMetrics Metrics { get; } = new();
    public ProbeCalls Probes { get; init; } = new();
    /// <summary>A line for the operator; never a secret.</summary>
    public required Action<string> Log { get; init; }
}
