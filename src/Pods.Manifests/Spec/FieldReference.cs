namespace Pods.Manifests;

/// <summary>The fields of a pod that an environment variable can take its value from.</summary>
public static class FieldReference
{
    private const string LabelsPrefix = "metadata.labels['";
    private const string AnnotationsPrefix = "metadata.annotations['";

    /// <summary>The plain field paths; labels and annotations come with a key in brackets.</summary>
    public static IReadOnlyList<string> Paths { get; } =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    public static bool IsKnown(string path) =>
        Paths.Contains(path) || Key(path, LabelsPrefix) is not null || Key(path, AnnotationsPrefix) is not null;

    /// <summary>The value, empty for a label or annotation that the pod does not have.</summary>
    internal static string Value(string path, Pod pod, SandboxFacts sandbox) => path switch
    {
        "metadata.name" => pod.Metadata?.Name ?? "",
        "metadata.namespace" => pod.Metadata?.Namespace ?? "default",
        "metadata.uid" => pod.Metadata?.Uid ?? "",
        "spec.nodeName" => sandbox.NodeName,
        // The one that Kubernetes gives every pod that names none.
        "spec.serviceAccountName" => "default",
        "status.hostIP" => sandbox.HostIPs.FirstOrDefault() ?? "",
        "status.hostIPs" => string.Join(',', sandbox.HostIPs),
        "status.podIP" => sandbox.PodIPs.FirstOrDefault() ?? "",
        "status.podIPs" => string.Join(',', sandbox.PodIPs),
        _ when Key(path, LabelsPrefix) is { } label => pod.Metadata?.Labels?.GetValueOrDefault(label) ?? "",
        _ when Key(path, AnnotationsPrefix) is { } annotation => pod.Metadata?.Annotations?.GetValueOrDefault(annotation) ?? "",
        _ => throw new SpecException($"field \"{path}\" cannot be the value of an environment variable"),
    };

    /// <summary>The text between the quotes of <c>metadata.labels['…']</c>.</summary>
    private static string? Key(string path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal)
            && path.Length > prefix.Length + 2
            ? path[prefix.Length..^2]
            : null;
}
