using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>The machine that an image was built for, in Go's words for systems and processors.</summary>
public sealed record ImagePlatform
{
    public string Os { get; init; } = "";
    public string Architecture { get; init; } = "";
    public string? Variant { get; init; }
    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    public override string ToString() => Variant is { Length: > 0 } ? $"{Os}/{Architecture}/{Variant}" : $"{Os}/{Architecture}";
}
