using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Pods.Oci;

namespace Pods.Images;

/// <summary>
/// The name of an image, made complete the way Docker, containerd and the kubelet do it:
/// <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.
/// </summary>
public sealed partial record ImageReference
{
    private const string DockerHub = "docker.io";
    private const int MaximumRepositoryLength = 255;

    private ImageReference(string host, string path, string? tag, string? digest)
    {
        Host = host;
        Path = path;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry, with its port if one is named.</summary>
    public string Host { get; }
    /// <summary>The repository inside its registry.</summary>
    public string Path { get; }
    /// <summary>Null when a digest says which image is meant: a tag beside it is dropped, as the kubelet does.</summary>
    public string? Tag { get; }
    public string? Digest { get; }

    public string Repository => $"{Host}/{Path}";

    /// <summary>The complete name: the one under which containerd keeps the image.</summary>
    public string Name => Digest is null ? $"{Repository}:{Tag}" : $"{Repository}@{Digest}";

    /// <summary>What a registry's API calls it.</summary>
    public string TagOrDigest => Digest ?? Tag!;

    public static ImageReference Parse(string text) => TryParse(text, out ImageReference? reference, out string? problem)
        ? reference
        : throw new ImageException(ImageFailure.InvalidReference, $"\"{text}\" is not the name of an image: {problem}");

    public static bool TryParse(
        string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        string rest = text;
        string? digest = CutDigest(ref rest);
        string? tag = CutTag(ref rest);
        (string host, string path) = SplitHost(rest);
        problem =
            rest.Length == 0 ? "it is empty"
            : digest is not null && !Sha256Digest.IsValid(digest) ? $"\"{digest}\" is not sha256: and 64 lower-case hexadecimal digits"
            : tag is not null && !TagPattern().IsMatch(tag) ? $"\"{tag}\" is not a tag"
            : !HostPattern().IsMatch(host) ? $"\"{host}\" is not the name of a registry"
            : path.Any(char.IsAsciiLetterUpper) ? "a repository's name is lower-case"
            : !PathPattern().IsMatch(path) ? $"\"{path}\" is not the name of a repository"
            : BareId().IsMatch(text) ? "64 hexadecimal digits are the id of an image"
            : path.Length > MaximumRepositoryLength ? $"it is longer than {MaximumRepositoryLength} characters"
            : null;
        if (problem is not null)
            return false;
        reference = new(host, path, digest is null ? tag ?? "latest" : null, digest);
        return true;
    }

    public ImageReference WithDigest(string digest) => new(Host, Path, null, digest);

    public override string ToString() => Name;

    private static string? CutDigest(ref string rest)
    {
        int at = rest.IndexOf('@');
        if (at < 0)
            return null;
        string digest = rest[(at + 1)..];
        rest = rest[..at];
        return digest;
    }

    private static string? CutTag(ref string rest)
    {
        // A colon before the last slash belongs to the registry's port.
        int colon = rest.LastIndexOf(':');
        if (colon < 0 || colon < rest.LastIndexOf('/'))
            return null;
        string tag = rest[(colon + 1)..];
        rest = rest[..colon];
        return tag;
    }

    private static (string Host, string Path) SplitHost(string name)
    {
        int slash = name.IndexOf('/');
        string first = slash < 0 ? "" : name[..slash];
        bool isHost = first == "localhost" || first.AsSpan().IndexOfAny(".:") >= 0 || first.Any(char.IsAsciiLetterUpper);
        string host = isHost ? first : DockerHub;
        string path = isHost ? name[(slash + 1)..] : name;
        if (host == "index.docker.io")
            host = DockerHub;
        return (host, host == DockerHub && !path.Contains('/') ? "library/" + path : path);
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}\z")]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(:[0-9]{1,5})?\z")]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"^[a-f0-9]{64}\z")]
    private static partial Regex BareId();
}
