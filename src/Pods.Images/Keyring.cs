using System.Text;
using System.Text.Json;

namespace Pods.Images;

/// <summary>
/// Credentials by registry, from Docker's config.json or a kubernetes.io/dockerconfigjson secret, found for an image the way
/// the kubelet finds them: globs in the host's parts, the longest path first, and all that fit are tried.
/// </summary>
public sealed class Keyring
{
    private readonly List<(RegistryPattern Pattern, RegistryCredential Credential)> _entries = [];

    /// <summary>Adds the entries of one file; <paramref name="source"/> names it in errors.</summary>
    public void Add(ReadOnlySpan<byte> json, string source)
    {
        DockerConfig? config;
        try
        {
            config = JsonSerializer.Deserialize(json, RegistryJson.Default.DockerConfig);
        }
        catch (JsonException e)
        {
            throw new ImageException(
                ImageFailure.Unauthorized, $"{source} is not JSON in the form of Docker's config.json (line {e.LineNumber + 1})", e);
        }
        foreach (var (registry, entry) in config?.Auths ?? [])
        {
            if (RegistryPattern.TryParse(registry) is { } pattern && Credential(registry, entry, source) is { } credential)
                _entries.Add((pattern, credential));
        }
        // OrderByDescending is stable: of two entries alike, the one added first is tried first.
        var ordered = _entries.OrderByDescending(e => e.Pattern.Specificity).ToArray();
        _entries.Clear();
        _entries.AddRange(ordered);
    }

    /// <summary>The best first; empty when none fits.</summary>
    public IReadOnlyList<RegistryCredential> Find(ImageReference image) => Find(image.Host, image.Path);

    /// <summary>For a mirror: the credentials of the host that is asked, not of the one it stands for.</summary>
    public IReadOnlyList<RegistryCredential> Find(string host, string path) =>
        [.. _entries.Where(e => e.Pattern.Matches(host, path)).Select(e => e.Credential)];

    private static RegistryCredential? Credential(string registry, DockerConfigEntry? entry, string source)
    {
        if (entry is null)
            return null;
        (string user, string password) = (entry.Username ?? "", entry.Password ?? "");
        if (entry.Auth is { Length: > 0 } auth)
            (user, password) = DecodeAuth(auth, registry, source);
        bool isEmpty = user.Length == 0 && password.Length == 0 && entry.IdentityToken is null or "" && entry.RegistryToken is null or "";
        return isEmpty ? null : new()
        {
            User = user,
            Password = password,
            IdentityToken = entry.IdentityToken ?? "",
            RegistryToken = entry.RegistryToken ?? "",
        };
    }

    private static (string User, string Password) DecodeAuth(string auth, string registry, string source)
    {
        byte[] decoded = new byte[auth.Length];
        if (Convert.TryFromBase64String(auth, decoded, out int length))
        {
            string pair = Encoding.UTF8.GetString(decoded, 0, length).TrimEnd('\0');
            int colon = pair.IndexOf(':');
            if (colon >= 0)
                return (pair[..colon], pair[(colon + 1)..]);
        }
        throw new ImageException(
            ImageFailure.Unauthorized, $"{source}: the auth of \"{registry}\" is not user:password in base64");
    }
}
