namespace Pods.Manifests;

/// <summary>What every object has: its name, its identity, its labels.</summary>
public sealed record ObjectMeta
{
    public string? Name { get; init; }
    public string? GenerateName { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    /// <summary>Changes with every write of the object; opaque to clients, a counter to us.</summary>
    public string? ResourceVersion { get; init; }
    /// <summary>Changes with every write of the spec.</summary>
    public long? Generation { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }
    /// <summary>When the object is to be gone; set once it is being deleted.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }
    public long? DeletionGracePeriodSeconds { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    /// <summary>The objects that this one was made for.</summary>
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }
}

/// <summary>An object that another one was made for, and goes with.</summary>
public sealed record OwnerReference
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public string? Name { get; init; }
    public string? Uid { get; init; }
    public bool? Controller { get; init; }
    public bool? BlockOwnerDeletion { get; init; }
}

/// <summary>What a list has in place of an object's metadata.</summary>
public sealed record ListMeta
{
    public string? ResourceVersion { get; init; }
    public string? Continue { get; init; }
    public long? RemainingItemCount { get; init; }
}
