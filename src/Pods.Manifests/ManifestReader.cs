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
        foreach (YamlValue document in YamlTree.Parse(content, source).SelectMany(d => Unpack(d, errors, source)))
        {
            if (KindProblem(document) is { } problem)
            {
                errors.Add(problem with { Source = source, Line = document.At.Line, Column = document.At.Column });
                continue;
            }
            DocumentReader reader = new(source);
            byte[] json = reader.Read((YamlMap)document, PodSchema.Document);
            if (reader.Errors.Count == 0)
                Convert(json, reader, validate, pods);
            errors.AddRange(reader.Errors);
        }
        return errors.Count == 0 ? pods : throw new ManifestException(errors);
    }

    private static void Convert(byte[] json, DocumentReader reader, bool validate, List<Pod> pods)
    {
        try
        {
            Pod pod = JsonSerializer.Deserialize(json, KubernetesJson.Default.Pod)!;
            if (validate)
                reader.Errors.AddRange(PodValidation.Validate(PodDefaults.Apply(pod)).Select(reader.Place));
            pods.Add(pod);
        }
        catch (JsonException e)
        {
            // A number beyond the range of its field; the path is in System.Text.Json's form.
            string path = e.Path?.TrimStart('$').TrimStart('.') ?? "";
            reader.Errors.Add(reader.Place(new ManifestError(path, "Invalid value: out of range", ErrorReason.Invalid)));
        }
    }

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
