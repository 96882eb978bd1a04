using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>One image of the manifest.json in an archive that <c>docker save</c> wrote: paths inside the archive.</summary>
public sealed record ImageArchiveEntry
{
    [JsonPropertyName("Config")]
    public string Config { get; init; } = "";
    [JsonPropertyName("RepoTags")]
    public IReadOnlyList<string>? RepoTags { get; init; }
    [JsonPropertyName("Layers")]
    public IReadOnlyList<string> Layers { get; init; } = [];
}
