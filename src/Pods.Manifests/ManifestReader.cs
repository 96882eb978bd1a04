using System.Text.Json;
using Pods.Manifests.Reading;

namespace Pods.Manifests;

/// <summary>Reads the objects of a manifest, YAML or JSON, one document or many, strictly: every mistake of the whole file at once.</summary>
public static class ManifestReader
{
    /// <summary>The pods of a manifest, validated; they come as they are written, without defaults.</summary>
    /// <exception cref="ManifestException">With all mistakes, each with its line and column.</exception>
    public static IReadOnlyList<Pod> Read(byte[] content, string source) => ReadAll(content, source).Pods;

    /// <summary>Everything that a manifest holds, validated.</summary>
    /// <exception cref="ManifestException">With all mistakes, each with its line and column.</exception>
    public static ManifestObjects ReadAll(byte[] content, string source) => Read(content, source, validate: true);

    /// <summary>Reads without validation: for a body whose reader validates after filling in what the server decides.</summary>
    /// <exception cref="ManifestException">With every field that is unknown, not supported, of the wrong type or there twice.</exception>
    public static IReadOnlyList<Pod> Decode(byte[] content, string source) => DecodeAll(content, source).Pods;

    /// <exception cref="ManifestException">As <see cref="Decode"/>.</exception>
    public static ManifestObjects DecodeAll(byte[] content, string source) => Read(content, source, validate: false);

    /// <param name="note">Called for each object with its name, the fields that it sets and its mistakes.</param>
    internal static ManifestObjects Read(
        byte[] content, string source, bool validate, Action<string, IReadOnlyList<FieldUse>, IReadOnlyList<ManifestError>>? note = null)
    {
        List<Pod> pods = [];
        List<ManifestWarning> warnings = [];
        string? kindAndName = null;
        List<SupportingObject> supporting = [];
        List<Workload> workloads = [];
        List<ManifestError> errors = [];
        foreach (YamlValue document in Documents(content, source).SelectMany(d => Unpack(d, errors, source)))
        {
            if (KindProblem(document) is { } problem)
            {
                errors.Add(problem with { Source = source, Line = document.At.Line, Column = document.At.Column });
                continue;
            }
            DocumentReader reader = new(source);
            YamlMap map = (YamlMap)document;
            IReadOnlyList<ManifestError> broken = [];
            if (SupportingKind.OfKind((map.Find("kind") as YamlScalar)?.Text) is { } kind)
            {
                // The schema has let through only what the object model takes.
                supporting.Add(JsonSerializer.Deserialize(reader.Read(map, SupportingSchema.Of(kind)), KubernetesJson.Default.SupportingObject)!);
                if (kind == SupportingKind.Secret)
                    Redact(reader.Errors);
                if (validate)
                    broken = SupportingValidation.Validate(SupportingDefaults.Apply(supporting[^1]));
            }
            else if (WorkloadKind.OfKind((map.Find("kind") as YamlScalar)?.Text) is { } workload)
            {
                workloads.Add(JsonSerializer.Deserialize(reader.Read(map, WorkloadSchema.Of(workload)), KubernetesJson.Default.Workload)!);
                if (validate)
                    broken = WorkloadValidation.Validate(WorkloadDefaults.Apply(workloads[^1]));
            }
            else
            {
                pods.Add(JsonSerializer.Deserialize(reader.Read(map, PodSchema.Document), KubernetesJson.Default.Pod)!);
                if (validate)
                    broken = PodValidation.Validate(PodDefaults.Apply(pods[^1]));
            }
            reader.Errors.AddRange(broken.Where(error => !reader.IsRefused(error.Path)).Select(reader.Place));
            errors.AddRange(reader.Errors.OrderBy(error => (error.Line, error.Column)));
            warnings.AddRange(reader.Fields.Where(use => use.Support == Support.Different).Select(ManifestWarning.Of));
            kindAndName = NameOf(map);
            note?.Invoke(kindAndName, reader.Fields, reader.Errors);
        }
        return errors.Count == 0 ? new(pods, supporting, workloads) { Warnings = warnings }
            : throw new ManifestException(errors) { Kind = kindAndName?.Split('/')[0], Name = kindAndName?.Split('/')[1] };
    }

    private static string NameOf(YamlMap document) =>
        $"{(document.Find("kind") as YamlScalar)?.Text}/{((document.Find("metadata") as YamlMap)?.Find("name") as YamlScalar)?.Text}";

    /// <summary>A value of the wrong type is shown to the user, but not a secret one: messages end up in logs.</summary>
    private static void Redact(List<ManifestError> errors)
    {
        for (int i = 0; i < errors.Count; i++)
            if (errors[i].Path.StartsWith("data", StringComparison.Ordinal) || errors[i].Path.StartsWith("stringData", StringComparison.Ordinal))
                errors[i] = errors[i] with { Message = "Invalid value: \"<secret contents redacted>\": must be a string" };
    }

    /// <summary>JSON is read as JSON: its escapes and tabs are not all YAML's. What only looks like it is YAML's flow style.</summary>
    internal static IReadOnlyList<YamlValue> Documents(byte[] content, string source) =>
        JsonTree.TryParse(content, out IReadOnlyList<YamlValue>? documents) ? documents : YamlTree.Parse(content, source);

    /// <summary>The items of a <c>List</c>, or the document itself.</summary>
    private static IEnumerable<YamlValue> Unpack(YamlValue document, List<ManifestError> errors, string source)
    {
        if (document is not YamlMap map || map.Find("kind") is not YamlScalar
            {
                Text: "List" or "DeploymentList" or "DaemonSetList" or "JobList" or "PodList" or "ConfigMapList" or "SecretList" or "PersistentVolumeClaimList"
                    or "LimitRangeList" or "ResourceQuotaList",
            })
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
        if (kind != Pod.ObjectKind && SupportingKind.OfKind(kind) is null && WorkloadKind.OfKind(kind) is null)
            return new("kind", UnsupportedKinds.Refusal(kind), ErrorReason.NotSupported);
        string expected = WorkloadKind.OfKind(kind)?.GroupVersion ?? Pod.GroupVersion;
        return string.IsNullOrEmpty(version) ? ManifestError.Required("apiVersion")
            : version == expected ? null : ManifestError.NotSupported("apiVersion", version, expected);
    }
}
