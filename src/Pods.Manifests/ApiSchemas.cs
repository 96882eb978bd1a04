using System.Text.Json.Nodes;
using Pods.Manifests.Reading;

namespace Pods.Manifests;

/// <summary>
/// The kinds of this API as OpenAPI's schemas, made of the very tables by which manifests are read, for <c>kubectl explain</c>: each
/// field with its type and, where Pods does not do with it what a cluster does, with what it does.
/// </summary>
public static class ApiSchemas
{
    public static JsonObject Of(string kind, string groupVersion)
    {
        Schema root = SupportingKind.OfKind(kind) is { } supporting ? SupportingSchema.Of(supporting)
            : WorkloadKind.OfKind(kind) is { } workload ? WorkloadSchema.Of(workload) : PodSchema.Document;
        JsonObject schemas = [];
        Dictionary<Schema, string> names = [];
        Add(schemas, names, root, kind);
        int slash = groupVersion.IndexOf('/');
        schemas[kind]!["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject
        {
            ["group"] = slash < 0 ? "" : groupVersion[..slash],
            ["kind"] = kind,
            ["version"] = groupVersion[(slash + 1)..],
        });
        return schemas;
    }

    private static string Add(JsonObject schemas, Dictionary<Schema, string> names, Schema schema, string name)
    {
        if (names.TryGetValue(schema, out string? known))
            return known;
        names[schema] = name;
        JsonObject properties = [];
        schemas[name] = new JsonObject { ["type"] = "object", ["properties"] = properties };
        foreach (Field field in schema.Fields.OrderBy(f => f.Name, StringComparer.Ordinal))
            properties[field.Name] = Property(schemas, names, field, name);
        return name;
    }

    private static JsonObject Property(JsonObject schemas, Dictionary<Schema, string> names, Field field, string parent)
    {
        JsonObject item = field.Type is { } type
            ? new() { ["$ref"] = $"#/components/schemas/{Add(schemas, names, type, $"{parent}.{field.Name}")}" }
            : new() { ["type"] = TypeOf(field.Kind) };
        JsonObject property = field.Shape switch
        {
            FieldShape.List => new() { ["type"] = "array", ["items"] = item },
            FieldShape.Map => new() { ["type"] = "object", ["additionalProperties"] = item },
            // A reference has no room for words of its own.
            _ => field.Type is null ? item : new() { ["allOf"] = new JsonArray(item) },
        };
        property["description"] = field.Support switch
        {
            Support.Refused => $"Refused: it {field.Refusal}.",
            Support.Different => $"Other than in a cluster: {field.Note}.",
            _ => field.Note ?? "",
        };
        return property;
    }

    private static string TypeOf(FieldKind kind) => kind switch
    {
        FieldKind.Boolean => "boolean",
        FieldKind.Integer or FieldKind.Integer32 => "integer",
        FieldKind.Anything or FieldKind.Object => "object",
        _ => "string",
    };
}
