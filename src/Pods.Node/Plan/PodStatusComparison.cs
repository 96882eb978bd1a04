using System.Text.Json;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Whether two statuses say the same to a client; records with lists in them do not compare by content.</summary>
internal static class PodStatusComparison
{
    public static bool AreEqual(PodStatus left, PodStatus? right) =>
        right is not null && Bytes(left).AsSpan().SequenceEqual(Bytes(right));

    private static byte[] Bytes(PodStatus status) =>
        JsonSerializer.SerializeToUtf8Bytes(new Pod { Status = status }, KubernetesJson.Default.Pod);
}
