namespace Pods.Images;

/// <summary>What proves to a registry who asks: a name and password, or a token that another login has given.</summary>
public sealed record RegistryCredential
{
    public string User { get; init; } = "";
    public string Password { get; init; } = "";
    /// <summary>Exchanged at the token server for a token of the wanted scope.</summary>
    public string IdentityToken { get; init; } = "";
    /// <summary>Sent to the registry as it is.</summary>
    public string RegistryToken { get; init; } = "";

    // A record prints its members; this one is never to print a password into a log.
    public override string ToString() => User.Length > 0 ? $"user {User}" : "a token";
}
