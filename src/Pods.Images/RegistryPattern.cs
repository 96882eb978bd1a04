namespace Pods.Images;

/// <summary>For which images a credential is: "registry.example.com/team", "*.example.com:5000", "https://index.docker.io/v1/".</summary>
internal sealed record RegistryPattern(string[] HostParts, string Port, string Path)
{
    /// <summary>A longer path is the closer match; after it, a longer host.</summary>
    public (int, int) Specificity => (Path.Length, HostParts.Sum(p => p.Length));

    public static RegistryPattern? TryParse(string text)
    {
        string rest = text.Trim();
        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
            rest = rest[(scheme + 3)..];
        int slash = rest.IndexOf('/');
        (string host, string path) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..]);
        path = path.TrimEnd('/');
        // "docker login" writes the address of an API where it means the whole registry.
        if (path is "/v1" or "/v2")
            path = "";
        if (host.Length == 0)
            return null;
        (string name, string port) = SplitPort(host);
        return new(Canonical(name).Split('.'), port, path);
    }

    public bool Matches(string host, string imagePath)
    {
        (string name, string port) = SplitPort(host);
        string[] parts = Canonical(name).Split('.');
        string path = "/" + imagePath;
        // Whole components of the path: a credential for /team is none for /teamwork.
        bool isBelow = Path.Length == 0 || path == Path || path.StartsWith(Path + "/", StringComparison.Ordinal);
        return isBelow && port == Port && parts.Length == HostParts.Length && parts.Zip(HostParts).All(p => Glob(p.Second, p.First));
    }

    private static string Canonical(string name) =>
        name is "index.docker.io" or "registry-1.docker.io" or "registry.hub.docker.com" ? "docker.io" : name.ToLowerInvariant();

    private static (string Name, string Port) SplitPort(string host)
    {
        int colon = host.LastIndexOf(':');
        return colon < 0 || host.EndsWith(']') ? (host, "") : (host[..colon], host[(colon + 1)..]);
    }

    private static bool Glob(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        if (pattern.IsEmpty)
            return text.IsEmpty;
        if (pattern[0] != '*')
            return !text.IsEmpty && (pattern[0] == '?' || pattern[0] == text[0]) && Glob(pattern[1..], text[1..]);
        for (int taken = 0; taken <= text.Length; taken++)
        {
            if (Glob(pattern[1..], text[taken..]))
                return true;
        }
        return false;
    }
}
