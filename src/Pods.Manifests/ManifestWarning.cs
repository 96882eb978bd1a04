using Pods.Manifests.Reading;

namespace Pods.Manifests;

/// <summary>A field that is taken though it does not do here what it does in a cluster.</summary>
public sealed record ManifestWarning(string Source, int Line, int Column, string Path, string Note)
{
    internal static ManifestWarning Of(FieldUse use) => new(use.Source, use.Line, use.Column, use.Path, use.Note ?? "");

    /// <summary>Without a place: as the answer to a request has it.</summary>
    public string Sentence => $"{Path}: {Note}";

    public override string ToString() => $"{Source}:{Line}:{Column}: {Sentence}";
}
