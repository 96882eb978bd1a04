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

    /// <summary>The plain field paths that a file of a downwardAPI volume can show.</summary>
    public static IReadOnlyList<string> FilePaths { get; } =
        ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    public static bool IsFile(string path) =>
        FilePaths.Contains(path) || Key(path, LabelsPrefix) is not null || Key(path, AnnotationsPrefix) is not null;

    public static bool IsKnown(string path) =>
        Paths.Contains(path) || Key(path, LabelsPrefix) is not null || Key(path, AnnotationsPrefix) is not null;

    /// <summary>The value, empty for a label or annotation that the pod does not have.</summary>
    internal static string Value(string path, Pod pod, SandboxFacts sandbox) => path switch
    {
        "spec.nodeName" => sandbox.NodeName,
        // The one that Kubernetes gives every pod that names none.
        "spec.serviceAccountName" => pod.Spec?.ServiceAccountName is { Length: > 0 } account ? account : "default",
        "status.hostIP" => sandbox.HostIPs.FirstOrDefault() ?? "",
        "status.hostIPs" => string.Join(',', sandbox.HostIPs),
        "status.podIP" => sandbox.PodIPs.FirstOrDefault() ?? "",
        "status.podIPs" => string.Join(',', sandbox.PodIPs),
        _ => Metadata(path, pod) ?? throw new SpecException($"field \"{path}\" cannot be the value of an environment variable"),
    };

    /// <summary>As a file shows it: all labels or annotations are lines of <c>key="value"</c>.</summary>
    internal static string FileValue(string path, Pod pod) => path switch
    {
        "metadata.labels" => Lines(pod.Metadata?.Labels),
        "metadata.annotations" => Lines(pod.Metadata?.Annotations),
        _ => Metadata(path, pod) ?? throw new SpecException($"field \"{path}\" cannot be the content of a file"),
    };

    private static string? Metadata(string path, Pod pod) => path switch
    {
        "metadata.name" => pod.Metadata?.Name ?? "",
        "metadata.namespace" => pod.Metadata?.Namespace ?? "default",
        "metadata.uid" => pod.Metadata?.Uid ?? "",
        _ when Key(path, LabelsPrefix) is { } label => pod.Metadata?.Labels?.GetValueOrDefault(label) ?? "",
        _ when Key(path, AnnotationsPrefix) is { } annotation => pod.Metadata?.Annotations?.GetValueOrDefault(annotation) ?? "",
        _ => null,
    };

    private static string Lines(IReadOnlyDictionary<string, string>? map) => string.Join('\n',
        (map ?? new Dictionary<string, string>()).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}=\"{Escaped(e.Value)}\""));

    // Go's %q, which is what readers of these files expect.
    private static string Escaped(string text)
    {
        System.Text.StringBuilder escaped = new(text.Length);
        foreach (char c in text)
            escaped.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                < ' ' or '\x7f' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        return escaped.ToString();
    }

    /// <summary>The text between the quotes of <c>metadata.labels['…']</c>.</summary>
    private static string? Key(string path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal)
            && path.Length > prefix.Length + 2
            ? path[prefix.Length..^2]
            : null;
}
