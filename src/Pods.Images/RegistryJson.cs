using System.Text.Json.Serialization;

namespace Pods.Images;

/// <summary>The documents that registries, token servers and credential files write beside the images'.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DockerConfig))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(RegistryErrors))]
internal sealed partial class RegistryJson : JsonSerializerContext;

internal sealed record DockerConfig
{
    public Dictionary<string, DockerConfigEntry?>? Auths { get; init; }
}

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

/// <summary>A token server answers one of the two names, or both.</summary>
internal sealed record TokenAnswer
{
    public string? Token { get; init; }
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }
    [JsonPropertyName("expires_in")]
    public int ExpiresIn { get; init; }
}

internal sealed record RegistryErrors
{
    public IReadOnlyList<RegistryError>? Errors { get; init; }
}

internal sealed record RegistryError
{
    public string? Code { get; init; }
    public string? Message { get; init; }
}
