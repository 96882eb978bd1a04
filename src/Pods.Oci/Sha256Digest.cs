using System.Security.Cryptography;

namespace Pods.Oci;

/// <summary>Digests as images write them. containerd's content store knows sha256 only, so nothing else is a digest here.</summary>
public static class Sha256Digest
{
    private const string Prefix = "sha256:";
    private const int HexLength = 64;

    public static bool IsValid(string? digest) =>
        digest is not null && digest.Length == Prefix.Length + HexLength && digest.StartsWith(Prefix, StringComparison.Ordinal)
        && digest.AsSpan(Prefix.Length).IndexOfAnyExcept("0123456789abcdef") < 0;

    public static string Of(ReadOnlySpan<byte> content) => Prefix + Convert.ToHexStringLower(SHA256.HashData(content));

    public static string Of(IncrementalHash hash) => Prefix + Convert.ToHexStringLower(hash.GetHashAndReset());

    /// <summary>The first 12 digits: enough for a person.</summary>
    public static string Short(string digest) => IsValid(digest) ? digest.Substring(Prefix.Length, 12) : digest;

    /// <summary>The name of the snapshot that stacks these layers: each layer's digest hashed onto that of the stack below.</summary>
    public static string ChainId(IEnumerable<string> diffIds)
    {
        string chain = "";
        foreach (string diffId in diffIds)
            chain = chain.Length == 0 ? diffId : Of(System.Text.Encoding.UTF8.GetBytes($"{chain} {diffId}"));
        return chain;
    }
}
