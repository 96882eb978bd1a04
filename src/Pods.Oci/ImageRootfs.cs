using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>The digests of the uncompressed layers, lowest first.</summary>
public sealed record ImageRootfs
{
    public string Type { get; init; } = "";
    [JsonPropertyName("diff_ids")]
    public IReadOnlyList<string> DiffIds { get; init; } = [];
}
