using System.Text.Json;

namespace Pods.Manifests;

/// <summary>A pod as the Kubernetes v1 API has it: what the user wants (spec) and what is (status).</summary>
public sealed record Pod
{
    public const string GroupVersion = "v1";
    public const string ObjectKind = "Pod";

    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public PodSpec? Spec { get; init; }
    public PodStatus? Status { get; init; }
}

/// <summary>What a list request answers.</summary>
public sealed record PodList
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ListMeta? Metadata { get; init; }
    public IReadOnlyList<Pod>? Items { get; init; }
}

/// <summary>One line of a watch: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR, and the object concerned.</summary>
public sealed record WatchEvent
{
    public string? Type { get; init; }
    public JsonElement Object { get; init; }
}
