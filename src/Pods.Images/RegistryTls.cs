namespace Pods.Images;

/// <summary>Whom to believe, and who we are: files in PEM. Equal values can share connections.</summary>
internal sealed record RegistryTls
{
    public IReadOnlyList<string> Authorities { get; init; } = [];
    public IReadOnlyList<(string Certificate, string Key)> ClientPairs { get; init; } = [];
    public bool SkipVerify { get; init; }
}
