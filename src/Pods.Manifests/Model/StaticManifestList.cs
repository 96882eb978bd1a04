namespace Pods.Manifests;

/// <summary>The files of the directory of static manifests, and what keeps each from being applied.</summary>
public sealed record StaticManifestList
{
    public IReadOnlyList<StaticManifestStatus>? Items { get; init; }
}

public sealed record StaticManifestStatus
{
    public string? File { get; init; }
    /// <summary>Null: what runs is what it says, or is becoming so.</summary>
    public string? Error { get; init; }
}
