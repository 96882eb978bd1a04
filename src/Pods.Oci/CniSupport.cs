namespace Pods.Oci;

/// <summary>A CNI plugin's answer to VERSION.</summary>
public sealed record CniSupport
{
    public string? CniVersion { get; init; }
    public IReadOnlyList<string>? SupportedVersions { get; init; }
}
