using Pods.Manifests;

namespace Pods.Node;

/// <summary>How containerd's containers and snapshots say whose they are: the names that CRI uses, and our own.</summary>
internal static class PodLabels
{
    public const string Uid = "io.kubernetes.pod.uid";
    public const string Name = "io.kubernetes.pod.name";
    public const string Namespace = "io.kubernetes.pod.namespace";
    public const string Container = "io.kubernetes.container.name";
    /// <summary>sandbox or container. CRI's own label is left alone: containerd's CRI plugin must not adopt what is ours.</summary>
    public const string Kind = "io.pods.kind";
    /// <summary>Which podsd owns it: its root, so that two on one containerd do not touch each other's.</summary>
    public const string Owner = "io.pods.root";

    public static Dictionary<string, string> Of(Pod pod, NodeOptions options, string kind, string? container = null)
    {
        Dictionary<string, string> labels = new()
        {
            [Uid] = pod.Metadata!.Uid!,
            [Name] = pod.Metadata.Name!,
            [Namespace] = pod.Metadata.Namespace!,
            [Kind] = kind,
            [Owner] = options.Root,
        };
        if (container is not null)
            labels[Container] = container;
        return labels;
    }
}
