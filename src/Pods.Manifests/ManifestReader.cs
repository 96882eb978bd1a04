using System.Text.Json;
using Pods.Manifests.Reading;

namespace Pods.Manifests;

/// <summary>Reads the pods of a manifest, YAML or JSON, one document or many, strictly: every mistake of the whole file at once.</summary>
public static class ManifestReader
{
    /// <summary>Reads and validates; the pods come as they are written, without defaults.</summary>
    /// <exception cref="ManifestException">With all mistakes, each with its line and column.</exception>
    public static IReadOnlyList<Pod> Read(byte[] content, string source) => Read(content, source, validate: true);

    /// <summary>Reads without validation: for a body whose reader validates after filling in what the server decides.</summary>
    /// <exception cref="ManifestException">With every field that is unknown, not supported, of the wrong type or there twice.</exception>
    public static IReadOnlyList<Pod> Decode(byte[] content, string source) => Read(content, source, validate: false);

    private static List<Pod> Read(byte[] content, string source, bool validate)
    {
        List<Pod> pods = [];
        List<ManifestError> errors = [];
        foreach (YamlValue document in Documents(content, source).SelectMany(d => Unpack(d, errors, source)))
        {
            if (KindProblem(document) is { } problem)
            {
                errors.Add(problem with { Source = source, Line = document.At.Line, Column = document.At.Column });
                continue;
            }
            DocumentReader reader = new(source);
            Pod pod = ToPod(reader, (YamlMap)document);
            if (validate)
                reader.Errors.AddRange(PodValidation.Validate(PodDefaults.Apply(pod))
                    .Where(error => !reader.IsRefused(error.Path)).Select(reader.Place));
            errors.AddRange(reader.Errors.OrderBy(error => (error.Line, error.Column)));
            pods.Add(pod);
        }
        return errors.Count == 0 ? pods : throw new ManifestException(errors);
    }

    /// <summary>JSON is read as JSON: its escapes and tabs are not all YAML's. What only looks like it is YAML's flow style.</summary>
    private static IReadOnlyList<YamlValue> Documents(byte[] content, string source) =>
        JsonTree.TryParse(content, out IReadOnlyList<YamlValue>? documents) ? documents : YamlTree.Parse(content, source);

    // The schema has let through only what the object model takes.
    private static Pod ToPod(DocumentReader reader, YamlMap document) =>
        JsonSerializer.Deserialize(reader.Read(document, PodSchema.Document), KubernetesJson.Default.Pod)!;

    /// <summary>The items of a <c>List</c>, or the document itself.</summary>
    private static IEnumerable<YamlValue> Unpack(YamlValue document, List<ManifestError> errors, string source)
    {
        if (document is not YamlMap map || map.Find("kind") is not YamlScalar { Text: "List" or "PodList" })
            return [document];
        if (map.Find("items") is YamlList items)
            return items.Items;
        errors.Add(ManifestError.Required("items") with { Source = source, Line = map.At.Line, Column = map.At.Column });
        return [];
    }

    private static ManifestError? KindProblem(YamlValue document)
    {
        if (document is not YamlMap map)
            return new("", "must be an object with apiVersion, kind, metadata and spec", ErrorReason.Invalid);
        string? kind = (map.Find("kind") as YamlScalar)?.Text, version = (map.Find("apiVersion") as YamlScalar)?.Text;
        if (string.IsNullOrEmpty(kind))
            return ManifestError.Required("kind");
        if (kind != Pod.ObjectKind)
            return new("kind", $"{kind} is not supported yet: supported: Pod", ErrorReason.NotSupported);
        return version switch
        {
            null or "" => ManifestError.Required("apiVersion"),
            Pod.GroupVersion => null,
            _ => ManifestError.NotSupported("apiVersion", version, Pod.GroupVersion),
        };
    }
}
