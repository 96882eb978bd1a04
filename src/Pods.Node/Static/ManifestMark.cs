using System.Security.Cryptography;
using System.Text.Json;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>The annotations by which an object that came from a file is known: the kubelet's, and which file it was.</summary>
internal static class ManifestMark
{
    private const string Source = "kubernetes.io/config.source";
    private const string Hash = "kubernetes.io/config.hash";
    private const string File = "io.pods.manifest";

    public static Pod Mark(Pod pod, string file) =>
        pod with { Metadata = Mark(pod.Metadata!, file, JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.Pod)) };

    public static SupportingObject Mark(SupportingObject given, string file) => given with
    {
        Metadata = Mark(given.Metadata!, file, JsonSerializer.SerializeToUtf8Bytes(given, KubernetesJson.Default.SupportingObject)),
    };

    public static Workload Mark(Workload given, string file) => given with
    {
        Metadata = Mark(given.Metadata!, file, JsonSerializer.SerializeToUtf8Bytes(given, KubernetesJson.Default.Workload)),
    };

    /// <summary>The file that it came from; null: it was made through the API.</summary>
    public static string? FileOf(ObjectMeta meta) =>
        meta.Annotations?.GetValueOrDefault(Source) == "file" ? meta.Annotations.GetValueOrDefault(File) : null;

    public static bool AreSame(ObjectMeta has, ObjectMeta wanted) =>
        has.Annotations?.GetValueOrDefault(Hash) == wanted.Annotations?.GetValueOrDefault(Hash) && FileOf(has) == FileOf(wanted);

    private static ObjectMeta Mark(ObjectMeta meta, string file, byte[] content) => meta with
    {
        Namespace = meta.Namespace ?? "default",
        Annotations = new Dictionary<string, string>(meta.Annotations ?? new Dictionary<string, string>())
        {
            [Source] = "file",
            [Hash] = Convert.ToHexStringLower(SHA256.HashData(content))[..32],
            [File] = file,
        },
    };
}
