using Pods.Manifests;

namespace Pods.Node;

/// <summary>Where the streams of a container that somebody may attach to lie.</summary>
internal static class ContainerStreams
{
    public static string InputPath(NodeOptions options, Pod pod, string id) =>
        Path.Combine(options.PodState(pod.Metadata!.Uid!), "io", id[..12]);

    /// <summary>The shim shows what the container writes to every fifo here.</summary>
    public static string TapDirectory(NodeOptions options, Pod pod, string id) =>
        Path.Combine(options.PodState(pod.Metadata!.Uid!), "taps", id[..12]);
}
