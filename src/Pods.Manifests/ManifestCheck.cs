using Pods.Manifests.Reading;

namespace Pods.Manifests;

/// <summary>Says of every field of a manifest what would become of it, without running anything.</summary>
public static class ManifestCheck
{
    /// <summary>One finding per field that is set; several where a field has several mistakes, and one for what is no field at all.</summary>
    public static IReadOnlyList<FieldFinding> Check(byte[] content, string source)
    {
        List<FieldFinding> findings = [];
        try
        {
            ManifestReader.Read(content, source, validate: true, (name, uses, errors) => findings.AddRange(Of(name, uses, errors)));
        }
        catch (ManifestException e)
        {
            // What no document is made of: broken YAML, an unknown kind.
            HashSet<(int, int, string?)> told = [.. findings.Select(f => (f.Line, f.Column, f.Note))];
            findings.AddRange(e.Errors.Where(error => !told.Contains((error.Line, error.Column, error.Message))).Select(error => Of("", error)));
        }
        return [.. findings.OrderBy(f => f.Line).ThenBy(f => f.Column)];
    }

    private static IEnumerable<FieldFinding> Of(string name, IReadOnlyList<FieldUse> uses, IReadOnlyList<ManifestError> errors)
    {
        HashSet<string> refused = [.. errors.Select(error => error.Path)];
        return uses.Where(use => use.Support != Support.Ignored && !refused.Contains(use.Path))
            .Select(use => new FieldFinding(use.Source, use.Line, use.Column, name, use.Path,
                use.Support == Support.Different ? FieldVerdict.Different : FieldVerdict.Enforced, use.Note))
            .Concat(errors.Select(error => Of(name, error)));
    }

    private static FieldFinding Of(string name, ManifestError error) =>
        new(error.Source ?? "", error.Line, error.Column, name, error.Path, FieldVerdict.Refused, error.Message);
}
