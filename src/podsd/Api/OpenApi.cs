using System.Text.Json.Nodes;
using Pods.Manifests;

namespace Pods.Daemon.Api;

/// <summary>
/// As much of an OpenAPI v3 document as kubectl asks for: before it writes, which objects can be patched, and that the server checks
/// their fields itself, so that it sends what it has and podsd says what is wrong with it; to explain them, their fields.
/// </summary>
internal static class OpenApi
{
    private const string Root = "/openapi/v3";

    private static readonly (string GroupVersion, string Kind, string Plural)[] _kinds =
    [
        (Pod.GroupVersion, Pod.ObjectKind, "pods"),
        .. SupportingKind.All.Select(k => (Pod.GroupVersion, k.Kind, k.Plural)),
        .. WorkloadKind.All.Select(k => (k.GroupVersion, k.Kind, k.Plural)),
    ];

    public static void Map(WebApplication app)
    {
        IGrouping<string, (string GroupVersion, string Kind, string Plural)>[] groups = [.. _kinds.GroupBy(k => PathOf(k.GroupVersion))];
        JsonObject index = new()
        {
            ["paths"] = new JsonObject(groups.Select(g => KeyValuePair.Create<string, JsonNode?>(
                g.Key, new JsonObject { ["serverRelativeURL"] = $"{Root}/{g.Key}?hash={PodsDaemon.Version}" }))),
        };
        app.MapGet(Root, Answer(() => index));
        foreach (var group in groups)
            app.MapGet($"{Root}/{group.Key}", Answer(() => new JsonObject
            {
                ["openapi"] = "3.0.0",
                ["info"] = new JsonObject { ["title"] = "Pods", ["version"] = PodsDaemon.Version },
                ["paths"] = new JsonObject(group.Select(k => KeyValuePair.Create<string, JsonNode?>(
                    $"/{group.Key}/namespaces/{{namespace}}/{k.Plural}/{{name}}", Patchable(k.GroupVersion, k.Kind)))),
                ["components"] = new JsonObject
                {
                    ["schemas"] = new JsonObject(group.SelectMany(k => ApiSchemas.Of(k.Kind, k.GroupVersion).ToArray())
                        .Select(s => KeyValuePair.Create(s.Key, s.Value?.DeepClone()))),
                },
            }));
    }

    private static string PathOf(string groupVersion) => groupVersion.Contains('/') ? "apis/" + groupVersion : "api/" + groupVersion;

    private static JsonObject Patchable(string groupVersion, string kind)
    {
        int slash = groupVersion.IndexOf('/');
        return new()
        {
            ["patch"] = new JsonObject
            {
                ["x-kubernetes-group-version-kind"] = new JsonObject
                {
                    ["group"] = slash < 0 ? "" : groupVersion[..slash],
                    ["kind"] = kind,
                    ["version"] = groupVersion[(slash + 1)..],
                },
                ["parameters"] = new JsonArray(Parameter("dryRun"), Parameter("fieldValidation"), Parameter("fieldManager")),
                ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
            },
        };
    }

    private static JsonObject Parameter(string name) =>
        new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } };

    // Made when it is asked for: kubectl keeps it, and podsd need not.
    private static RequestDelegate Answer(Func<JsonObject> document) => context =>
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(document().ToJsonString(), context.RequestAborted);
    };
}
