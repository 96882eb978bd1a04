namespace Pods.Manifests;

/// <summary>Something that happened to an object: <c>Event</c> of the core group. One that repeats is one event with a count.</summary>
public sealed record ObjectEvent
{
    public const string Normal = "Normal";
    public const string Warning = "Warning";

    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public ObjectReference? InvolvedObject { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public EventSource? Source { get; init; }
    public DateTimeOffset? FirstTimestamp { get; init; }
    public DateTimeOffset? LastTimestamp { get; init; }
    public int? Count { get; init; }
    /// <summary>Normal or Warning.</summary>
    public string? Type { get; init; }
    public string? ReportingComponent { get; init; }
    public string? ReportingInstance { get; init; }
}

/// <summary>What an event is about.</summary>
public sealed record ObjectReference
{
    public string? Kind { get; init; }
    public string? Namespace { get; init; }
    public string? Name { get; init; }
    public string? Uid { get; init; }
    public string? ApiVersion { get; init; }
    /// <summary>The part of the object: <c>spec.containers{app}</c>.</summary>
    public string? FieldPath { get; init; }
}

public sealed record EventSource
{
    public string? Component { get; init; }
    public string? Host { get; init; }
}

/// <summary>What a list request answers.</summary>
public sealed record ObjectEventList
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ListMeta? Metadata { get; init; }
    public IReadOnlyList<ObjectEvent>? Items { get; init; }
}
