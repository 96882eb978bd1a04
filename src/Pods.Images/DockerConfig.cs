namespace Pods.Images;

internal sealed record DockerConfig
{
    public Dictionary<string, DockerConfigEntry?>? Auths { get; init; }
}
