namespace Pods.Cli.Client;

/// <summary>Which pods, or other objects, a list or a watch is about.</summary>
internal sealed record PodQuery
{
    /// <summary>Null: every namespace.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    public static PodQuery ForName(string space, string name) =>
        new() { Namespace = space, FieldSelector = $"metadata.name={name}" };

    public string Path(bool watch = false, string? resourceVersion = null) =>
        Path(Namespace is null ? "/api/v1/pods" : PodsClient.PodsPath(Namespace), watch, resourceVersion);

    /// <summary>The same question about objects of another kind.</summary>
    /// <param name="list">The path of all of them.</param>
    /// <param name="watch">Whether to go on from there.</param>
    /// <param name="resourceVersion">From where.</param>
    public string Path(string list, bool watch = false, string? resourceVersion = null)
    {
        List<string> parts = [];
        if (!string.IsNullOrEmpty(LabelSelector))
            parts.Add("labelSelector=" + Uri.EscapeDataString(LabelSelector));
        if (!string.IsNullOrEmpty(FieldSelector))
            parts.Add("fieldSelector=" + Uri.EscapeDataString(FieldSelector));
        if (watch)
            parts.Add("watch=true");
        if (resourceVersion is not null)
            parts.Add("resourceVersion=" + Uri.EscapeDataString(resourceVersion));
        return parts.Count == 0 ? list : $"{list}?{string.Join('&', parts)}";
    }
}
