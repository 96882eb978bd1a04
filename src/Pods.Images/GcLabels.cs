using Pods.Oci;

namespace Pods.Images;

/// <summary>The labels by which containerd's garbage collector sees what a blob needs; the names are containerd's.</summary>
internal static class GcLabels
{
    public const string Uncompressed = "containerd.io/uncompressed";

    private const string Content = "containerd.io/gc.ref.content.";

    public static IReadOnlyDictionary<string, string> Of(ImageIndex index) =>
        index.Manifests.Select((m, i) => (Key: $"{Content}m.{i}", m.Digest)).ToDictionary(e => e.Key, e => e.Digest);

    public static IReadOnlyDictionary<string, string> Of(ImageManifest manifest) =>
        manifest.Layers.Select((l, i) => (Key: $"{Content}l.{i}", l.Digest))
            .Append((Key: Content + "config", manifest.Config.Digest)).ToDictionary(e => e.Key, e => e.Digest);

    /// <summary>On the configuration: the unpacked layers live as long as it does.</summary>
    public static IReadOnlyDictionary<string, string> Snapshot(string snapshotter, string chainId) =>
        new Dictionary<string, string> { ["containerd.io/gc.ref.snapshot." + snapshotter] = chainId };

    /// <summary>Where a blob came from, so that a push to the same registry need not send it again.</summary>
    public static IReadOnlyDictionary<string, string> Source(ImageReference reference) =>
        new Dictionary<string, string> { ["containerd.io/distribution.source." + reference.Host] = reference.Path };
}
