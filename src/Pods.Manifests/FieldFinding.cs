namespace Pods.Manifests;

/// <summary>What becomes of one field of a manifest.</summary>
/// <param name="Object">Which object of the file, such as Pod/web.</param>
/// <param name="Note">How it differs, or why it is refused.</param>
public sealed record FieldFinding(string Source, int Line, int Column, string Object, string Path, FieldVerdict Verdict, string? Note)
{
    // What is no field at all, or is there twice, has no path of its own: the note names it.
    public override string ToString() =>
        $"{Source}:{Line}:{Column}: {Verdict.ToString().ToLowerInvariant()}: {string.Join(": ", new[] { Path, Note }.Where(t => !string.IsNullOrEmpty(t)))}";
}

/// <summary>Whether a field means here what it means in a cluster.</summary>
public enum FieldVerdict
{
    Enforced,
    Different,
    Refused,
}
