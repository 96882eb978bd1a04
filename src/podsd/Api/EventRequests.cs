using System.Globalization;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about events: lists, rows for kubectl, and watches.</summary>
internal sealed class EventRequests(NodeServices node)
{
    private static readonly TableColumn[] _columns =
    [
        PodRows.Column("Last Seen", "time since it happened last"),
        PodRows.Column("Type", "Normal or Warning"),
        PodRows.Column("Reason", "what happened, in a word"),
        PodRows.Column("Object", "what it happened to"),
        PodRows.Column("Subobject", "the part of the object", priority: 1),
        PodRows.Column("Source", "who tells it", priority: 1),
        PodRows.Column("Message", "what happened, in a sentence"),
        PodRows.Column("First Seen", "time since it happened first", priority: 1),
        PodRows.Column("Count", "how often it happened", priority: 1),
        PodRows.Column("Name", "the name of the event", format: "name", priority: 1),
    ];

    public void Map(WebApplication app)
    {
        const string all = "/api/v1/namespaces/{ns}/events";
        app.MapGet("/api/v1/events", (RequestDelegate)ListAsync);
        app.MapGet(all, (RequestDelegate)ListAsync);
        app.MapGet(all + "/{name}", (RequestDelegate)GetAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        Func<ObjectEvent, bool> selected = Selector(context);
        if (PodRequests.Flag(context, "watch"))
            return WatchAsync(context, selected);
        var (events, version) = node.Events.List();
        string listed = version.ToString(CultureInfo.InvariantCulture);
        ObjectEvent[] items = [.. events.Where(selected)];
        return PodRows.AreWanted(context)
            ? ApiRoutes.WriteAsync(context, Rows(items, listed), KubernetesJson.Default.ObjectTable)
            : ApiRoutes.WriteAsync(context, new ObjectEventList
            {
                ApiVersion = "v1",
                Kind = "EventList",
                Metadata = new() { ResourceVersion = listed },
                Items = items,
            }, KubernetesJson.Default.ObjectEventList);
    }

    private Task GetAsync(HttpContext context)
    {
        string space = PodRequests.Space(context), name = PodRequests.Name(context);
        ObjectEvent found = node.Events.List().Events.FirstOrDefault(e => e.Metadata!.Namespace == space && e.Metadata.Name == name)
            ?? throw NodeException.NotFound(name, "events");
        return ApiRoutes.WriteAsync(context, found, KubernetesJson.Default.ObjectEvent);
    }

    private async Task WatchAsync(HttpContext context, Func<ObjectEvent, bool> selected)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        if (PodRequests.Number(context, "timeoutSeconds") is { } seconds)
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        using EventSubscription subscription = node.Events.Subscribe(PodRequests.Number(context, "resourceVersion") ?? 0);
        context.Response.ContentType = "application/json";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        try
        {
            await foreach (ObjectEvent happened in subscription.Events.ReadAllAsync(ending.Token))
                if (selected(happened))
                    await WriteAsync(context, happened);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, its time is over, or podsd stops: the watch simply ends.
        }
    }

    private static async Task WriteAsync(HttpContext context, ObjectEvent happened)
    {
        string type = happened.Count > 1 ? "MODIFIED" : "ADDED", version = happened.Metadata!.ResourceVersion!;
        await (PodRows.AreWanted(context)
            ? ObjectWatch<ObjectEvent>.WriteLineAsync(context, type, Rows([happened], version), KubernetesJson.Default.ObjectTable)
            : ObjectWatch<ObjectEvent>.WriteLineAsync(context, type, happened, KubernetesJson.Default.ObjectEvent));
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static ObjectTable Rows(IEnumerable<ObjectEvent> events, string version) => new()
    {
        Kind = "Table",
        ApiVersion = ObjectTable.GroupVersion,
        Metadata = new() { ResourceVersion = version },
        ColumnDefinitions = _columns,
        Rows =
        [
            .. events.Select(e => new TableRow
            {
                Cells = EventDisplay.Cells(e, DateTimeOffset.UtcNow),
                Object = PodRows.MetadataOf(e.Metadata),
            }),
        ],
    };

    private static Func<ObjectEvent, bool> Selector(HttpContext context)
    {
        Func<ObjectEvent, bool> selected = PodSelectors.Fields<ObjectEvent>(PodRequests.Query(context, "fieldSelector"), Field);
        return context.Request.RouteValues["ns"] is string space ? e => e.Metadata!.Namespace == space && selected(e) : selected;
    }

    private static Func<ObjectEvent, string?>? Field(string key) => key switch
    {
        "metadata.name" => e => e.Metadata?.Name,
        "metadata.namespace" => e => e.Metadata?.Namespace,
        "involvedObject.kind" => e => e.InvolvedObject?.Kind,
        "involvedObject.namespace" => e => e.InvolvedObject?.Namespace,
        "involvedObject.name" => e => e.InvolvedObject?.Name,
        "involvedObject.uid" => e => e.InvolvedObject?.Uid,
        "involvedObject.fieldPath" => e => e.InvolvedObject?.FieldPath,
        "involvedObject.apiVersion" => e => e.InvolvedObject?.ApiVersion,
        "reason" => e => e.Reason,
        "type" => e => e.Type,
        "source" or "reportingComponent" => e => e.ReportingComponent,
        _ => null,
    };
}
