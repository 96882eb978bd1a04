using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about Deployments, DaemonSets or Jobs: read the request, ask the node, write the answer.</summary>
internal sealed class WorkloadRequests(PodNode node, WorkloadKind kind)
{
    private WorkloadStore Store => node.Services.Workloads;

    public void Map(WebApplication app)
    {
        string root = "/apis/" + kind.GroupVersion, all = $"{root}/namespaces/{{ns}}/{kind.Plural}", one = all + "/{name}";
        app.MapGet($"{root}/{kind.Plural}", (RequestDelegate)ListAsync);
        app.MapGet(all, (RequestDelegate)ListAsync);
        app.MapPost(all, (RequestDelegate)CreateAsync);
        app.MapGet(one, (RequestDelegate)GetAsync);
        app.MapPut(one, (RequestDelegate)ReplaceAsync);
        app.MapPatch(one, (RequestDelegate)PatchAsync);
        app.MapDelete(one, (RequestDelegate)DeleteAsync);
        if (kind != WorkloadKind.Deployment)
            return;
        app.MapGet(one + "/scale", (RequestDelegate)(c => ApiRoutes.WriteAsync(c, ScaleOf(Find(c)), KubernetesJson.Default.Scale)));
        app.MapPut(one + "/scale", (RequestDelegate)ScaleAsync);
        app.MapPatch(one + "/scale", (RequestDelegate)ScaleAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        // Labels and names are those of any object: the pods' selectors serve.
        Func<Pod, bool> selected = PodSelectors.Parse(PodRequests.Query(context, "labelSelector"), PodRequests.Query(context, "fieldSelector"));
        string? space = context.Request.RouteValues["ns"] as string;
        if (PodRequests.Flag(context, "watch"))
            return new ObjectWatch<Workload>(context, WatchSource).RunAsync(w =>
                w.Kind == kind.Kind && (space is null || w.Metadata!.Namespace == space) && selected(new() { Metadata = w.Metadata }));
        var (items, version) = Store.List(kind, space);
        Workload[] chosen = [.. items.Where(w => selected(new() { Metadata = w.Metadata }))];
        string listed = version.ToString(CultureInfo.InvariantCulture);
        return PodRows.AreWanted(context)
            ? ApiRoutes.WriteAsync(context, WorkloadRows.Of(kind, chosen, listed), KubernetesJson.Default.ObjectTable)
            : ApiRoutes.WriteAsync(context, new WorkloadList
            {
                ApiVersion = kind.GroupVersion,
                Kind = kind.Kind + "List",
                Metadata = new() { ResourceVersion = listed },
                Items = chosen,
            }, KubernetesJson.Default.WorkloadList);
    }

    private Task GetAsync(HttpContext context)
    {
        Workload found = Find(context);
        return PodRows.AreWanted(context)
            ? ApiRoutes.WriteAsync(context, WorkloadRows.Of(kind, [found], found.Metadata!.ResourceVersion!), KubernetesJson.Default.ObjectTable)
            : WriteAsync(context, found);
    }

    private async Task CreateAsync(HttpContext context)
    {
        Workload given = Decode(context, await PodRequests.ReadBodyAsync(context));
        await WriteAsync(context, node.CreateWorkload(kind, PodRequests.Space(context), given, PodRequests.IsDryRun(context)), 201);
    }

    private async Task ReplaceAsync(HttpContext context) => await WriteAsync(context, Replace(context, await PodRequests.ReadBodyAsync(context)));

    private async Task PatchAsync(HttpContext context)
    {
        JsonNode before = JsonSerializer.SerializeToNode(Find(context), KubernetesJson.Default.Workload)!;
        before["metadata"]!.AsObject().Remove("resourceVersion");
        JsonNode after = PodPatch.Apply(before, await PodRequests.ReadBodyAsync(context), context.Request.ContentType);
        await WriteAsync(context, Replace(context, Encoding.UTF8.GetBytes(after.ToJsonString())));
    }

    private async Task DeleteAsync(HttpContext context)
    {
        byte[] body = await PodRequests.ReadBodyAsync(context);
        string policy = PodRequests.Query(context, "propagationPolicy") ?? PolicyOf(body) ?? "Background";
        Workload gone = node.DeleteWorkload(kind, PodRequests.Space(context), PodRequests.Name(context), isOrphaning: policy == "Orphan");
        await ApiRoutes.WriteAsync(context, new ApiStatus
        {
            Kind = "Status",
            ApiVersion = "v1",
            Metadata = new(),
            Status = "Success",
            Details = new() { Name = gone.Metadata!.Name, Group = kind.GroupVersion.Split('/')[0], Kind = kind.Plural, Uid = gone.Metadata.Uid },
        }, KubernetesJson.Default.ApiStatus);
    }

    private async Task ScaleAsync(HttpContext context)
    {
        JsonNode body = ParseObject(await PodRequests.ReadBodyAsync(context));
        if (body["spec"]?["replicas"] is not JsonValue value || !value.TryGetValue(out int replicas))
            throw NodeException.BadRequest("spec.replicas: required");
        Workload found = Find(context);
        Workload wanted = found with
        {
            Metadata = found.Metadata! with { ResourceVersion = body["metadata"]?["resourceVersion"]?.GetValue<string>() },
            Spec = found.Spec! with { Replicas = replicas },
        };
        Workload scaled = node.ReplaceWorkload(
            kind, PodRequests.Space(context), PodRequests.Name(context), wanted, PodRequests.IsDryRun(context));
        await ApiRoutes.WriteAsync(context, ScaleOf(scaled), KubernetesJson.Default.Scale);
    }

    private WatchSource<Workload> WatchSource => new()
    {
        List = () => Store.List(kind, space: null),
        History = Store.History,
        Metadata = workload => workload.Metadata!,
        Row = workload => WorkloadRows.Of(kind, [workload], workload.Metadata!.ResourceVersion!),
        Bare = metadata => new() { ApiVersion = kind.GroupVersion, Kind = kind.Kind, Metadata = metadata },
        Type = KubernetesJson.Default.Workload,
    };

    private Workload Replace(HttpContext context, byte[] body) => node.ReplaceWorkload(
        kind, PodRequests.Space(context), PodRequests.Name(context), Decode(context, body), PodRequests.IsDryRun(context));

    private Workload Find(HttpContext context) => Store.Find(kind, PodRequests.Space(context), PodRequests.Name(context))
        ?? throw NodeException.NotFound(PodRequests.Name(context), $"{kind.Plural}.{kind.GroupVersion.Split('/')[0]}");

    private Workload Decode(HttpContext context, byte[] body)
    {
        ManifestObjects found = ManifestReader.DecodeAll(body, "request body");
        PodRequests.Warn(context, found.Warnings);
        return found is { Pods.Count: 0, Supporting.Count: 0, Workloads: [var given] }
            ? given : throw NodeException.BadRequest($"the body must be exactly one {kind.Kind}");
    }

    private static Task WriteAsync(HttpContext context, Workload answer, int code = 200) =>
        ApiRoutes.WriteAsync(context, answer, KubernetesJson.Default.Workload, code);

    private static string? PolicyOf(byte[] body) => body.Length == 0 ? null : ParseObject(body)["propagationPolicy"]?.GetValue<string>();

    private static JsonNode ParseObject(byte[] body)
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

    private static Scale ScaleOf(Workload found) => new()
    {
        ApiVersion = "autoscaling/v1",
        Kind = "Scale",
        Metadata = new()
        {
            Name = found.Metadata!.Name,
            Namespace = found.Metadata.Namespace,
            Uid = found.Metadata.Uid,
            ResourceVersion = found.Metadata.ResourceVersion,
            CreationTimestamp = found.Metadata.CreationTimestamp,
        },
        Spec = new() { Replicas = found.Spec!.Replicas },
        Status = new()
        {
            Replicas = found.Status?.Replicas ?? 0,
            Selector = string.Join(',', (found.Spec.Selector?.MatchLabels ?? new Dictionary<string, string>()).Select(l => $"{l.Key}={l.Value}")),
        },
    };
}
