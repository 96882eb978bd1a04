namespace Pods.Images;

/// <summary>What a registry wants to see, from the WWW-Authenticate header of its 401.</summary>
internal sealed record AuthChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);
    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    public string? this[string parameter] => Parameters.GetValueOrDefault(parameter);

    /// <summary>From one header value, already split into scheme and parameters: <c>realm="…",service="…"</c>.</summary>
    public static AuthChallenge Parse(string scheme, string? parameters)
    {
        Dictionary<string, string> found = new(StringComparer.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = parameters;
        while (NextParameter(ref rest) is var (key, value))
            found.TryAdd(key, value);
        return new(scheme, found);
    }

    private static (string Key, string Value)? NextParameter(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(" ,\t");
        int equals = rest.IndexOf('=');
        if (equals <= 0)
            return null;
        string key = rest[..equals].Trim().ToString();
        rest = rest[(equals + 1)..].TrimStart();
        return (key, rest is ['"', ..] ? Quoted(ref rest) : Bare(ref rest));
    }

    private static string Quoted(ref ReadOnlySpan<char> rest)
    {
        System.Text.StringBuilder value = new();
        int at = 1;
        for (; at < rest.Length && rest[at] != '"'; at++)
        {
            if (rest[at] == '\\' && at + 1 < rest.Length)
                at++;
            value.Append(rest[at]);
        }
        rest = rest[Math.Min(at + 1, rest.Length)..];
        return value.ToString();
    }

    private static string Bare(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOf(',');
        ReadOnlySpan<char> value = end < 0 ? rest : rest[..end];
        rest = rest[value.Length..];
        return value.Trim().ToString();
    }
}
