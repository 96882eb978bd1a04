using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pods.Oci;

/// <summary>How an image wants to be run: the defaults that a container of a pod starts from.</summary>
public sealed record ImageProcess
{
    [JsonPropertyName("User")]
    public string? User { get; init; }
    [JsonPropertyName("Env")]
    public IReadOnlyList<string>? Env { get; init; }
    [JsonPropertyName("Entrypoint")]
    public IReadOnlyList<string>? Entrypoint { get; init; }
    [JsonPropertyName("Cmd")]
    public IReadOnlyList<string>? Cmd { get; init; }
    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }
    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }
    [JsonPropertyName("Labels")]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    /// <summary>"8080/tcp" and the like; the values say nothing.</summary>
    [JsonPropertyName("ExposedPorts")]
    public IReadOnlyDictionary<string, JsonElement>? ExposedPorts { get; init; }
    /// <summary>Paths that want storage of their own; the values say nothing.</summary>
    [JsonPropertyName("Volumes")]
    public IReadOnlyDictionary<string, JsonElement>? Volumes { get; init; }
}
