namespace Pods.Manifests;

/// <summary>The keys of a ConfigMap as files; as a part of a projected volume, those of a Secret too.</summary>
public sealed record ObjectVolumeSource
{
    public string? Name { get; init; }
    /// <summary>Only these keys, under these names; all of them when absent.</summary>
    public IReadOnlyList<KeyToPath>? Items { get; init; }
    public int? DefaultMode { get; init; }
    public bool? Optional { get; init; }
}

/// <summary>The keys of a Secret as files, in memory.</summary>
public sealed record SecretVolumeSource
{
    public string? SecretName { get; init; }
    public IReadOnlyList<KeyToPath>? Items { get; init; }
    public int? DefaultMode { get; init; }
    public bool? Optional { get; init; }
}

public sealed record KeyToPath
{
    public string? Key { get; init; }
    public string? Path { get; init; }
    public int? Mode { get; init; }
}

/// <summary>Fields of the pod as files.</summary>
public sealed record DownwardVolumeSource
{
    public IReadOnlyList<DownwardFile>? Items { get; init; }
    public int? DefaultMode { get; init; }
}

public sealed record DownwardFile
{
    public string? Path { get; init; }
    public ObjectFieldSelector? FieldRef { get; init; }
    public ResourceFieldSelector? ResourceFieldRef { get; init; }
    public int? Mode { get; init; }
}

/// <summary>Several of the others in one directory.</summary>
public sealed record ProjectedVolumeSource
{
    public IReadOnlyList<VolumeProjection>? Sources { get; init; }
    public int? DefaultMode { get; init; }
}

/// <summary>One part of a projected volume; exactly one is set.</summary>
public sealed record VolumeProjection
{
    public ObjectVolumeSource? ConfigMap { get; init; }
    public ObjectVolumeSource? Secret { get; init; }
    public DownwardVolumeSource? DownwardAPI { get; init; }
}
