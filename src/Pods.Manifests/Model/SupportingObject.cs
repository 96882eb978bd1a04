using System.Text;

namespace Pods.Manifests;

/// <summary>
/// What pods refer to, a ConfigMap, a Secret or a PersistentVolumeClaim, and what they are held against, a LimitRange or a
/// ResourceQuota. One type for all, as they are read, stored and served alike; the kind says which of the fields count.
/// </summary>
public sealed record SupportingObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public bool? Immutable { get; init; }
    /// <summary>Of a Secret: Opaque, kubernetes.io/dockerconfigjson, …</summary>
    public string? Type { get; init; }
    /// <summary>Of a ConfigMap text, of a Secret base64.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }
    /// <summary>Of a ConfigMap: base64.</summary>
    public IReadOnlyDictionary<string, string>? BinaryData { get; init; }
    /// <summary>Of a Secret, in a request only: plain text that is put into the data.</summary>
    public IReadOnlyDictionary<string, string>? StringData { get; init; }
    public SupportingSpec? Spec { get; init; }
    public SupportingStatus? Status { get; init; }

    /// <summary>Every key with its bytes, sorted.</summary>
    public IReadOnlyDictionary<string, byte[]> Content()
    {
        SortedDictionary<string, byte[]> content = new(StringComparer.Ordinal);
        foreach (var (key, value) in Data ?? new Dictionary<string, string>())
            content[key] = Kind == SupportingKind.Secret.Kind ? Convert.FromBase64String(value) : Encoding.UTF8.GetBytes(value);
        foreach (var (key, value) in BinaryData ?? new Dictionary<string, string>())
            content[key] = Convert.FromBase64String(value);
        return content;
    }

    // A record would show its values, and a log line is written sooner than thought about.
    public override string ToString() => $"{Kind} {Metadata?.Namespace}/{Metadata?.Name}";
}

/// <summary>What a claim asks for, which becomes a directory of this machine; or what a LimitRange or ResourceQuota allows.</summary>
public sealed record SupportingSpec
{
    public IReadOnlyList<string>? AccessModes { get; init; }
    public ResourceRequirements? Resources { get; init; }
    public string? StorageClassName { get; init; }
    public string? VolumeName { get; init; }
    public string? VolumeMode { get; init; }
    /// <summary>Of a LimitRange.</summary>
    public IReadOnlyList<LimitRangeItem>? Limits { get; init; }
    /// <summary>Of a ResourceQuota.</summary>
    public IReadOnlyDictionary<string, Quantity>? Hard { get; init; }
}

public sealed record SupportingStatus
{
    public string? Phase { get; init; }
    public IReadOnlyList<string>? AccessModes { get; init; }
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }
    /// <summary>Of a ResourceQuota, with what is used of it now.</summary>
    public IReadOnlyDictionary<string, Quantity>? Hard { get; init; }
    public IReadOnlyDictionary<string, Quantity>? Used { get; init; }
}

/// <summary>What a list request answers.</summary>
public sealed record SupportingObjectList
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ListMeta? Metadata { get; init; }
    public IReadOnlyList<SupportingObject>? Items { get; init; }
}
