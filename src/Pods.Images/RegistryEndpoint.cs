namespace Pods.Images;

/// <summary>A server that is asked for an image: the registry itself or a mirror of it.</summary>
internal sealed record RegistryEndpoint
{
    /// <summary>The root of the API, which ends in "/v2/" unless the configuration says where it is.</summary>
    public required Uri Root { get; init; }
    /// <summary>May say which digest a tag stands for.</summary>
    public bool CanResolve { get; init; } = true;
    public bool CanPull { get; init; } = true;
    /// <summary>The registry that a mirror stands for; null for the registry itself.</summary>
    public string? MirrorOf { get; init; }
    public RegistryTls Tls { get; init; } = new();
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public string Host => Root.IsDefaultPort ? Root.Host : $"{Root.Host}:{Root.Port}";
}
