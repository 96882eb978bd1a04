namespace Pods.Manifests.Reading;

/// <summary>A field that a document sets, and what is done with it.</summary>
internal sealed record FieldUse(string Path, string Source, int Line, int Column, Support Support, string? Note);
