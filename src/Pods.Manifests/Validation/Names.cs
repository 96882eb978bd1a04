using System.Net;

namespace Pods.Manifests.Validation;

/// <summary>The rules for names, as Kubernetes words them; each gives the reason why a name is wrong, or null.</summary>
internal static class Names
{
    // The sentences are the API server's, with the examples and the expressions that it shows: users search for them.
    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
        + "and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
        + "and must start and end with an alphanumeric character (e.g. 'example.com', "
        + "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string NameRule = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private const string ValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
        + "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
        + "regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    public static string? DnsLabel(string name) =>
        name.Length > 63 ? "must be no more than 63 characters"
        : IsLabel(name) ? null
        : LabelRule;

    public static string? DnsSubdomain(string name) =>
        name.Length > 253 ? "must be no more than 253 characters"
        : name.Length > 0 && name.Split('.').All(IsLabel) ? null
        : SubdomainRule;

    /// <summary>A label or annotation key: an optional DNS prefix and a name.</summary>
    public static string? QualifiedName(string key)
    {
        string[] parts = key.Split('/');
        if (parts.Length > 2)
            return $"a qualified name {NameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        if (parts.Length == 2 && DnsSubdomain(parts[0]) is { } wrongPrefix)
            return "prefix part " + wrongPrefix;
        string name = parts[^1];
        return name.Length == 0 ? "name part must be non-empty"
            : name.Length > 63 ? "name part must be no more than 63 characters"
            : IsLabelText(name) ? null
            : "name part " + NameRule;
    }

    public static string? LabelValue(string value) =>
        value.Length > 63 ? "must be no more than 63 characters"
        : value.Length == 0 || IsLabelText(value) ? null
        : ValueRule;

    public static string? EnvironmentName(string name) =>
        name.Contains('=') || name.Any(c => c is < ' ' or > '~')
            ? "a valid environment variable name must consist only of printable ASCII characters other than '='" : null;

    /// <summary>A key of a ConfigMap or Secret: a file name.</summary>
    public static string? ConfigKey(string key) =>
        key.Length > 253 ? "must be no more than 253 characters"
        : key.Length == 0 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
                + "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
        : key == "." ? "must not be '.'"
        : key == ".." ? "must not be '..'"
        : key.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'"
        : null;

    public static string? PortName(string name) =>
        name.Length > 15 ? "must be no more than 15 characters"
        : !name.All(c => IsLowerAlphanumeric(c) || c == '-') ? "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
        : !name.Any(char.IsAsciiLetterLower) ? "must contain at least one letter (a-z)"
        : name.Contains("--") ? "must not contain consecutive hyphens"
        : name.StartsWith('-') || name.EndsWith('-') ? "must not begin or end with a hyphen"
        : null;

    public static string? Address(string text) =>
        IPAddress.TryParse(text, out _) && (text.Contains(':') || text.Count(c => c == '.') == 3)
            ? null : "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

    /// <summary>A path below a directory that stays below it.</summary>
    public static string? DescendingPath(string path) =>
        path.StartsWith('/') ? "must be a relative path"
        : path.Split('/').Contains("..") ? "must not contain '..'"
        : null;

    private static bool IsLabel(string text) =>
        text.Length is > 0 and <= 63 && text.All(c => IsLowerAlphanumeric(c) || c == '-')
        && IsLowerAlphanumeric(text[0]) && IsLowerAlphanumeric(text[^1]);

    private static bool IsLabelText(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);

    private static bool IsLowerAlphanumeric(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
