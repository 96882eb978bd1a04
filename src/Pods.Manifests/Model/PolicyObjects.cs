namespace Pods.Manifests;

/// <summary>What pods and containers of a namespace get where they say nothing, and the least and most that they may say.</summary>
public sealed record LimitRange
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public LimitRangeSpec? Spec { get; init; }
}

public sealed record LimitRangeSpec
{
    public IReadOnlyList<LimitRangeItem>? Limits { get; init; }
}

public sealed record LimitRangeItem
{
    /// <summary>Container or Pod.</summary>
    public string? Type { get; init; }
    public IReadOnlyDictionary<string, Quantity>? Max { get; init; }
    public IReadOnlyDictionary<string, Quantity>? Min { get; init; }
    /// <summary>The limits of a container that has none.</summary>
    public IReadOnlyDictionary<string, Quantity>? Default { get; init; }
    public IReadOnlyDictionary<string, Quantity>? DefaultRequest { get; init; }
    public IReadOnlyDictionary<string, Quantity>? MaxLimitRequestRatio { get; init; }
}

/// <summary>The most that the pods of a namespace may ask for together.</summary>
public sealed record ResourceQuota
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public ResourceQuotaSpec? Spec { get; init; }
}

public sealed record ResourceQuotaSpec
{
    public IReadOnlyDictionary<string, Quantity>? Hard { get; init; }
}
