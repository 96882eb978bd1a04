namespace Pods.Manifests;

/// <summary>What the containers of a pod use now: <c>PodMetrics</c> of metrics.k8s.io/v1beta1, which <c>top</c> reads.</summary>
public sealed record PodMetrics
{
    public const string Group = "metrics.k8s.io";
    public const string GroupVersion = "metrics.k8s.io/v1beta1";

    public string? Kind { get; init; }
    public string? ApiVersion { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public DateTimeOffset? Timestamp { get; init; }
    /// <summary>Over which time the cpu was measured, as Go writes a duration.</summary>
    public string? Window { get; init; }
    public IReadOnlyList<ContainerMetrics>? Containers { get; init; }
}

public sealed record ContainerMetrics
{
    public string? Name { get; init; }
    /// <summary>cpu in nanocores, memory in Ki.</summary>
    public IReadOnlyDictionary<string, Quantity>? Usage { get; init; }
}

/// <summary>What a list request answers.</summary>
public sealed record PodMetricsList
{
    public string? Kind { get; init; }
    public string? ApiVersion { get; init; }
    public ListMeta? Metadata { get; init; }
    public IReadOnlyList<PodMetrics>? Items { get; init; }
}
