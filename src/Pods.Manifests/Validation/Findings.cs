namespace Pods.Manifests.Validation;

/// <summary>Collects mistakes, with the checks that many fields need.</summary>
internal sealed class Findings
{
    private readonly List<ManifestError> _errors = [];

    public IReadOnlyList<ManifestError> Errors => _errors;

    public void Add(ManifestError error) => _errors.Add(error);

    /// <summary>Whether the text is there at all.</summary>
    public bool Required(string path, string? value, string? why = null)
    {
        if (!string.IsNullOrEmpty(value))
            return true;
        Add(ManifestError.Required(path, why));
        return false;
    }

    public void RequiredName(string path, string? value, Func<string, string?> rule)
    {
        if (Required(path, value))
            Matches(path, value, rule);
    }

    /// <summary>A value that is there follows the rule.</summary>
    public void Matches(string path, string? value, Func<string, string?> rule)
    {
        if (value is not null && rule(value) is { } wrong)
            Add(ManifestError.Invalid(path, value, wrong));
    }

    public void OneOf(string path, string? value, params string[] allowed)
    {
        if (value is not null && !allowed.Contains(value))
            Add(ManifestError.NotSupported(path, value, allowed));
    }

    public void Range(string path, long? value, long from, long to)
    {
        if (value is { } number && (number < from || number > to))
            Add(ManifestError.Invalid(path, number, $"must be between {from} and {to}, inclusive"));
    }

    public void Unique(string path, string? value, HashSet<string> seen)
    {
        if (value is not null && !seen.Add(value))
            Add(ManifestError.Duplicate(path, value));
    }
}
