namespace Pods.Network;

/// <summary>A pod's network namespace, and what plugins are told about the pod.</summary>
public sealed record PodNetworkRequest
{
    public required string SandboxId { get; init; }

    /// <summary>The path at which the namespace is pinned.</summary>
    public required string NetworkNamespace { get; init; }
    public required string PodName { get; init; }
    public required string PodNamespace { get; init; }
    public required string PodUid { get; init; }
    public IReadOnlyList<PortMapping> Ports { get; init; } = [];
}

/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="HostIP">Empty: every address of the host.</param>
public sealed record PortMapping(int HostPort, int ContainerPort, string Protocol, string HostIP = "");

/// <param name="Addresses">Without prefix length, IPv4 first: the first is the pod's IP.</param>
public sealed record PodNetworkResult(string NetworkName, string Interface, IReadOnlyList<string> Addresses);
