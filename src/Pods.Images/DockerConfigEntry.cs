using System.Text.Json.Serialization;

namespace Pods.Images;

internal sealed record DockerConfigEntry
{
    public string? Username { get; init; }
    public string? Password { get; init; }
    public string? Auth { get; init; }
    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }
    [JsonPropertyName("registrytoken")]
    public string? RegistryToken { get; init; }
}
