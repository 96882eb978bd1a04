using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about one of the kinds that pods refer to: read the request, ask the store, write the answer.</summary>
internal sealed class ObjectRequests(PodNode node, SupportingKind kind)
{
    private ObjectStore Store => node.Services.Objects;

    public void Map(WebApplication app)
    {
        string all = "/api/v1/namespaces/{ns}/" + kind.Plural, one = all + "/{name}";
        app.MapGet("/api/v1/" + kind.Plural, (RequestDelegate)ListAsync);
        app.MapGet(all, (RequestDelegate)ListAsync);
        app.MapPost(all, (RequestDelegate)CreateAsync);
        app.MapGet(one, (RequestDelegate)GetAsync);
        app.MapPut(one, (RequestDelegate)ReplaceAsync);
        app.MapPatch(one, (RequestDelegate)PatchAsync);
        app.MapDelete(one, (RequestDelegate)DeleteAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        // Labels and names are those of any object: the pods' selectors serve.
        Func<Pod, bool> selected = PodSelectors.Parse(PodRequests.Query(context, "labelSelector"), PodRequests.Query(context, "fieldSelector"));
        string? space = context.Request.RouteValues["ns"] as string;
        if (PodRequests.Flag(context, "watch"))
            return new ObjectWatch<SupportingObject>(context, WatchSource).RunAsync(o =>
                o.Kind == kind.Kind && (space is null || o.Metadata!.Namespace == space) && selected(new() { Metadata = o.Metadata }));
        var (objects, version) = Store.List(kind, space);
        SupportingObject[] chosen = [.. objects.Where(o => selected(new() { Metadata = o.Metadata })).Select(node.WithUse)];
        string listed = version.ToString(CultureInfo.InvariantCulture);
        return PodRows.AreWanted(context)
            ? ApiRoutes.WriteAsync(context, SupportingRows.Of(kind, chosen, listed), KubernetesJson.Default.ObjectTable)
            : ApiRoutes.WriteAsync(context, new SupportingObjectList
            {
                ApiVersion = "v1",
                Kind = kind.Kind + "List",
                Metadata = new() { ResourceVersion = listed },
                Items = chosen,
            }, KubernetesJson.Default.SupportingObjectList);
    }

    private WatchSource<SupportingObject> WatchSource => new()
    {
        List = () => Store.List(kind, space: null),
        History = Store.History,
        Shown = node.WithUse,
        Metadata = found => found.Metadata!,
        Row = found => SupportingRows.Of(kind, [found], found.Metadata!.ResourceVersion!),
        Bare = metadata => new() { ApiVersion = "v1", Kind = kind.Kind, Metadata = metadata },
        Type = KubernetesJson.Default.SupportingObject,
    };

    private Task GetAsync(HttpContext context)
    {
        SupportingObject found = node.WithUse(Store.Find(kind, PodRequests.Space(context), PodRequests.Name(context))
            ?? throw NodeException.NotFound(PodRequests.Name(context), kind.Plural));
        return PodRows.AreWanted(context)
            ? ApiRoutes.WriteAsync(context, SupportingRows.Of(kind, [found], found.Metadata!.ResourceVersion!), KubernetesJson.Default.ObjectTable)
            : ApiRoutes.WriteAsync(context, found, KubernetesJson.Default.SupportingObject);
    }

    private async Task CreateAsync(HttpContext context)
    {
        SupportingObject made = node.CreateObject(kind, PodRequests.Space(context), await ReadAsync(context));
        await ApiRoutes.WriteAsync(context, made, KubernetesJson.Default.SupportingObject, 201);
    }

    private async Task ReplaceAsync(HttpContext context)
    {
        SupportingObject made = node.ReplaceObject(
            kind, PodRequests.Space(context), PodRequests.Name(context), await ReadAsync(context));
        await ApiRoutes.WriteAsync(context, made, KubernetesJson.Default.SupportingObject);
    }

    private async Task PatchAsync(HttpContext context)
    {
        SupportingObject current = Store.Find(kind, PodRequests.Space(context), PodRequests.Name(context))
            ?? throw NodeException.NotFound(PodRequests.Name(context), kind.Plural);
        JsonNode before = JsonSerializer.SerializeToNode(current, KubernetesJson.Default.SupportingObject)!;
        before["metadata"]!.AsObject().Remove("resourceVersion");
        JsonNode after = PodPatch.Apply(before, await PodRequests.ReadBodyAsync(context), context.Request.ContentType);
        SupportingObject wanted = Decode(context, Encoding.UTF8.GetBytes(after.ToJsonString()));
        await ApiRoutes.WriteAsync(context, node.ReplaceObject(kind, PodRequests.Space(context), PodRequests.Name(context), wanted),
            KubernetesJson.Default.SupportingObject);
    }

    private Task DeleteAsync(HttpContext context)
    {
        SupportingObject gone = node.DeleteObject(kind, PodRequests.Space(context), PodRequests.Name(context));
        // A claim that is in use goes later: as the API server does, the object itself is answered then.
        if (Store.Find(kind, gone.Metadata!.Namespace!, gone.Metadata.Name!)?.Metadata!.Uid == gone.Metadata.Uid)
            return ApiRoutes.WriteAsync(context, gone, KubernetesJson.Default.SupportingObject);
        return ApiRoutes.WriteAsync(context, new ApiStatus
        {
            Kind = "Status",
            ApiVersion = "v1",
            Metadata = new(),
            Status = "Success",
            Details = new() { Name = gone.Metadata!.Name, Kind = kind.Plural, Uid = gone.Metadata.Uid },
        }, KubernetesJson.Default.ApiStatus);
    }

    private async Task<SupportingObject> ReadAsync(HttpContext context) => Decode(context, await PodRequests.ReadBodyAsync(context));

    private SupportingObject Decode(HttpContext context, byte[] body)
    {
        ManifestObjects found = ManifestReader.DecodeAll(body, "request body");
        PodRequests.Warn(context, found.Warnings);
        return found is { Pods.Count: 0, Workloads.Count: 0, Supporting: [var given] }
            ? given : throw NodeException.BadRequest($"the body must be exactly one {kind.Kind}");
    }
}
