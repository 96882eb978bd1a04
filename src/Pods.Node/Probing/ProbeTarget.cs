using Pods.Manifests;

namespace Pods.Node;

/// <summary>Where the probes of a container go: the pod's address, asked from the host as the kubelet does, and its ports' names.</summary>
public sealed record ProbeTarget(string Host, IReadOnlyList<ContainerPort> Ports)
{
    internal static ProbeTarget Of(NodeServices node, StoredPod stored, Container container) => new(
        stored.Pod.Spec!.HostNetwork == true ? node.HostAddress.Current : stored.Memory.Sandbox?.Addresses is [var first, ..] ? first : "",
        container.Ports ?? []);

    /// <summary>The number of a port; null where no port has that name.</summary>
    public int? Resolve(PortReference? port) => port switch
    {
        { Name: null } number => number.Number,
        { Name: var name } => Ports.FirstOrDefault(p => p.Name == name)?.Port,
        null => null,
    };
}
