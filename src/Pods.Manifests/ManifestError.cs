namespace Pods.Manifests;

/// <summary>What kind of mistake; the words that Kubernetes' API has for the causes of an invalid object.</summary>
public enum ErrorReason
{
    Required,
    Invalid,
    NotSupported,
    Duplicate,
    Forbidden,
    UnknownField,
}

/// <summary>One mistake of a manifest: where it is and what is wrong.</summary>
/// <param name="Path">The field, such as <c>spec.containers[0].image</c>; empty for the document as a whole.</param>
public sealed record ManifestError(string Path, string Message, ErrorReason Reason)
{
    /// <summary>The file, where there is one.</summary>
    public string? Source { get; init; }
    /// <summary>Counted from 1; 0 is unknown.</summary>
    public int Line { get; init; }
    public int Column { get; init; }

    public static ManifestError Required(string path, string? why = null) =>
        new(path, why is null ? "Required value" : $"Required value: {why}", ErrorReason.Required);

    public static ManifestError Invalid(string path, object? value, string why) =>
        new(path, $"Invalid value: {Shown(value)}: {why}", ErrorReason.Invalid);

    public static ManifestError NotSupported(string path, object? value, params string[] allowed) =>
        new(path, $"Unsupported value: {Shown(value)}: supported values: {string.Join(", ", allowed.Order(StringComparer.Ordinal).Select(a => $"\"{a}\""))}",
            ErrorReason.NotSupported);

    public static ManifestError Duplicate(string path, object? value) =>
        new(path, $"Duplicate value: {Shown(value)}", ErrorReason.Duplicate);

    public static ManifestError Forbidden(string path, string why) => new(path, $"Forbidden: {why}", ErrorReason.Forbidden);

    /// <summary>The field and what is wrong with it, as the API words it.</summary>
    public string Sentence => Path.Length == 0 ? Message : $"{Path}: {Message}";

    public override string ToString() => Line > 0 ? $"{Source}:{Line}:{Column}: {Sentence}" : Source is null ? Sentence : $"{Source}: {Sentence}";

    private static string Shown(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => value.ToString() ?? "",
    };
}

/// <summary>A manifest that is not used because of all these mistakes; nothing has been changed.</summary>
public sealed class ManifestException(IReadOnlyList<ManifestError> errors)
    : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<ManifestError> Errors { get; } = errors;

    /// <summary>Of the object that was refused; the last one, where there are several.</summary>
    public string? Kind { get; init; }
    public string? Name { get; init; }
}
