using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>What <c>kubectl auth</c> asks: who am I, and what may I. There is one right here, to use this API, and who asks has it.</summary>
internal static class ReviewRequests
{
    private const string Authorization = "/apis/authorization.k8s.io/v1", Authentication = "/apis/authentication.k8s.io/v1";

    public static void Map(WebApplication app)
    {
        MapGroup(app, Authorization, [("selfsubjectaccessreviews", "SelfSubjectAccessReview"), ("selfsubjectrulesreviews", "SelfSubjectRulesReview")]);
        MapGroup(app, Authentication, [("selfsubjectreviews", "SelfSubjectReview")]);
    }

    private static void MapGroup(WebApplication app, string path, (string Plural, string Kind)[] reviews)
    {
        app.MapGet(path, (RequestDelegate)(c => ApiRoutes.WriteAsync(c, new ApiResourceList
        {
            Kind = "APIResourceList",
            GroupVersion = path["/apis/".Length..],
            Resources = [.. reviews.Select(r => new ApiResource { Name = r.Plural, SingularName = "", Kind = r.Kind, Verbs = ["create"] })],
        }, KubernetesJson.Default.ApiResourceList)));
        foreach (var (plural, kind) in reviews)
            app.MapPost($"{path}/{plural}", (RequestDelegate)(c => AnswerAsync(c, kind)));
    }

    private static async Task AnswerAsync(HttpContext context, string kind)
    {
        JsonObject review = Parse(await PodRequests.ReadBodyAsync(context));
        review["status"] = kind switch
        {
            "SelfSubjectAccessReview" => new JsonObject { ["allowed"] = true, ["reason"] = "whoever reaches this API may do everything on it" },
            "SelfSubjectRulesReview" => new JsonObject
            {
                ["resourceRules"] = new JsonArray(Rule(("verbs", "*"), ("apiGroups", "*"), ("resources", "*"))),
                ["nonResourceRules"] = new JsonArray(Rule(("verbs", "*"), ("nonResourceURLs", "*"))),
                ["incomplete"] = false,
            },
            _ => new JsonObject { ["userInfo"] = new JsonObject { ["username"] = UserOf(context), ["groups"] = new JsonArray("system:masters") } },
        };
        context.Response.StatusCode = 201;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(review.ToJsonString(), context.RequestAborted);
    }

    private static JsonObject Rule(params (string Name, string Value)[] parts) =>
        new(parts.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Name, new JsonArray(p.Value))));

    /// <summary>The name in the client's certificate; who comes through the unix socket has shown none.</summary>
    private static string UserOf(HttpContext context) =>
        context.Connection.ClientCertificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false) ?? "unix-socket";

    private static JsonObject Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw NodeException.BadRequest("the body is no JSON object");
        }
        catch (JsonException e)
        {
            throw NodeException.BadRequest($"the body is no JSON: {e.Message}");
        }
    }
}
