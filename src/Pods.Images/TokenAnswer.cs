using System.Text.Json.Serialization;

namespace Pods.Images;

/// <summary>A token server answers one of the two names, or both.</summary>
internal sealed record TokenAnswer
{
    public string? Token { get; init; }
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }
    [JsonPropertyName("expires_in")]
    public int ExpiresIn { get; init; }
}
