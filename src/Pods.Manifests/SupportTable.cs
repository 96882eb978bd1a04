using System.Text;
using Pods.Manifests.Reading;

namespace Pods.Manifests;

/// <summary>The page of the documentation that lists every field, made of the very tables by which manifests are read.</summary>
public static class SupportTable
{
    public static string Markdown()
    {
        StringBuilder page = new("""
            # Fields

            Every field of Kubernetes' v1 objects that Pods takes, and what becomes of it. This page is generated from the tables by which
            manifests are read; `pods check FILE` says the same of a manifest of yours, line by line.

            - **enforced**: it does what it does in a cluster.
            - **different**: it is taken, and whoever applies it is warned; the note says what it does here.
            - **refused**: a manifest with it is not run. Nothing is ever left out in silence.

            """);
        Add(page, "Pod", PodSchema.Document);
        foreach (SupportingKind kind in SupportingKind.All)
            Add(page, kind.Kind, SupportingSchema.Of(kind));
        return page.ToString();
    }

    private static void Add(StringBuilder page, string kind, Schema schema)
    {
        page.Append($"\n## {kind}\n\n| field | | |\n|---|---|---|\n");
        Dictionary<Schema, string> shown = [];
        Add(page, schema, "", shown);
    }

    private static void Add(StringBuilder page, Schema schema, string parent, Dictionary<Schema, string> shown)
    {
        // Plain fields first: a long object between two of them would hide the second.
        IEnumerable<Field> fields = schema.Fields.Where(f => f.Support != Support.Ignored);
        foreach (Field field in fields.OrderBy(f => f.Type is not null).ThenBy(f => f.Name, StringComparer.Ordinal))
        {
            string path = (parent.Length == 0 ? "" : parent + ".") + field.Name + (field.Shape == FieldShape.List ? "[]" : "");
            bool isKnown = field.Type is not null && shown.ContainsKey(field.Type);
            string? note = isKnown ? $"as {shown[field.Type!]}" : field.Note;
            page.Append($"| `{path}` | {field.Support.ToString().ToLowerInvariant()} | {note} |\n");
            if (field.Type is null || isKnown)
                continue;
            shown[field.Type] = $"`{path}`";
            Add(page, field.Type, path, shown);
        }
    }
}
