namespace Pods.Images;

/// <summary>What a pull may use besides the configured credentials, and who watches it.</summary>
public sealed record PullRequest
{
    /// <summary>The .dockerconfigjson of each of a pod's imagePullSecrets.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> DockerConfigs { get; init; } = [];
    public IProgress<PullProgress>? Progress { get; init; }
}
