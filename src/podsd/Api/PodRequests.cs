using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about pods: read the request, ask the node, write the answer.</summary>
internal sealed class PodRequests(PodNode node)
{
    public Task ListAsync(HttpContext context)
    {
        Func<Pod, bool> selected = Selector(context);
        if (Query(context, "watch") is "true" or "1")
            return new ObjectWatch<Pod>(context, WatchSourceOf(context)).RunAsync(selected);
        (IReadOnlyList<Pod> pods, long version) = node.Services.Store.Snapshot();
        Pod[] items =
        [
            .. pods.Where(selected).OrderBy(p => p.Metadata!.Namespace, StringComparer.Ordinal)
                .ThenBy(p => p.Metadata!.Name, StringComparer.Ordinal),
        ];
        string listed = version.ToString(CultureInfo.InvariantCulture);
        return PodRows.AreWanted(context)
            ? ApiRoutes.WriteAsync(context, PodRows.Of(context, items, listed), KubernetesJson.Default.ObjectTable)
            : ApiRoutes.WriteAsync(context, new PodList
            {
                ApiVersion = "v1",
                Kind = "PodList",
                Metadata = new() { ResourceVersion = listed },
                Items = items,
            }, KubernetesJson.Default.PodList);
    }

    public Task GetAsync(HttpContext context)
    {
        Pod pod = node.Get(Space(context), Name(context)).Pod;
        return PodRows.AreWanted(context)
            ? ApiRoutes.WriteAsync(context, PodRows.Of(context, [pod], pod.Metadata!.ResourceVersion), KubernetesJson.Default.ObjectTable)
            : ApiRoutes.WriteAsync(context, pod, KubernetesJson.Default.Pod);
    }

    public async Task CreateAsync(HttpContext context)
    {
        Pod pod = node.Create(Space(context), await ReadPodAsync(context), IsDryRun(context));
        await ApiRoutes.WriteAsync(context, pod, KubernetesJson.Default.Pod, 201);
    }

    public async Task ReplaceAsync(HttpContext context)
    {
        Pod pod = await node.ReplaceAsync(Space(context), Name(context), await ReadPodAsync(context), IsDryRun(context), context.RequestAborted);
        await ApiRoutes.WriteAsync(context, pod, KubernetesJson.Default.Pod);
    }

    /// <summary>What a client changes of the pod as it is: kubectl's apply, edit, label and annotate.</summary>
    public async Task PatchAsync(HttpContext context)
    {
        Pod current = node.Get(Space(context), Name(context)).Pod;
        JsonNode before = JsonSerializer.SerializeToNode(current, KubernetesJson.Default.Pod)!;
        // What podsd writes meanwhile is no conflict; a version that the patch itself names is held against the one that there is.
        before["metadata"]!.AsObject().Remove("resourceVersion");
        JsonNode after = PodPatch.Apply(before, await ReadBodyAsync(context), context.Request.ContentType);
        Pod wanted = Decode(context, Encoding.UTF8.GetBytes(after.ToJsonString()));
        Pod pod = await node.ReplaceAsync(Space(context), Name(context), wanted, IsDryRun(context), context.RequestAborted);
        await ApiRoutes.WriteAsync(context, pod, KubernetesJson.Default.Pod);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        byte[] body = await ReadBodyAsync(context);
        DeleteOptions? options = body.Length == 0 ? null : Deserialize(body);
        long? grace = Number(context, "gracePeriodSeconds") ?? options?.GracePeriodSeconds;
        if (options?.Preconditions?.Uid is { } uid && node.Get(Space(context), Name(context)).Pod.Metadata!.Uid != uid)
            throw NodeException.Conflict(Name(context));
        await ApiRoutes.WriteAsync(context, node.Delete(Space(context), Name(context), grace), KubernetesJson.Default.Pod);
    }

    public Task LogAsync(HttpContext context)
    {
        long? seconds = Number(context, "sinceSeconds");
        DateTimeOffset? since = seconds is not null ? DateTimeOffset.UtcNow.AddSeconds(-seconds.Value)
            : DateTimeOffset.TryParse(Query(context, "sinceTime"), CultureInfo.InvariantCulture, out DateTimeOffset time) ? time : null;
        PodLogRequest request = new()
        {
            Container = Query(context, "container"),
            Follow = Flag(context, "follow"),
            Previous = Flag(context, "previous"),
            Timestamps = Flag(context, "timestamps"),
            Since = since,
            TailLines = Number(context, "tailLines"),
            LimitBytes = Number(context, "limitBytes"),
        };
        context.Response.ContentType = "text/plain";
        StoredPod stored = node.Get(Space(context), Name(context));
        return new PodLog(node.Services).CopyAsync(stored, request, context.Response.Body, context.RequestAborted);
    }

    public Task InspectAsync(HttpContext context) => ApiRoutes.WriteAsync(context,
        new PodInspector(node.Services).Inspect(node.Get(Space(context), Name(context))), KubernetesJson.Default.PodInspection);

    public static string Space(HttpContext context) => (string)context.Request.RouteValues["ns"]!;

    public static string Name(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    public static string? Query(HttpContext context, string name) => context.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>Everything is done but storing it.</summary>
    public static bool IsDryRun(HttpContext context) => Query(context, "dryRun") switch
    {
        null => false,
        "All" => true,
        var other => throw NodeException.BadRequest($"parameter dryRun: \"{other}\" is not \"All\""),
    };

    public static bool Flag(HttpContext context, string name) => Query(context, name) is "true" or "1";

    public static long? Number(HttpContext context, string name) => Query(context, name) is not { } text ? null
        : long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number
        : throw NodeException.BadRequest($"parameter {name}: \"{text}\" is no whole number");

    private static async Task<Pod> ReadPodAsync(HttpContext context) => Decode(context, await ReadBodyAsync(context));

    private static Pod Decode(HttpContext context, byte[] body)
    {
        ManifestObjects found = ManifestReader.DecodeAll(body, "request body");
        Warn(context, found.Warnings);
        return found is { Pods: [var pod], Supporting.Count: 0, Workloads.Count: 0 } ? pod
            : throw NodeException.BadRequest("the body must be exactly one Pod");
    }

    /// <summary>As the API server warns: kubectl shows each once, and the request is done all the same.</summary>
    public static void Warn(HttpContext context, IReadOnlyList<ManifestWarning> warnings)
    {
        foreach (ManifestWarning warning in warnings)
            context.Response.Headers.Append("Warning", $"299 - \"{warning.Sentence.Replace("\\", @"\\").Replace("\"", "\\\"")}\"");
    }

    public static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        const int limit = 3 << 20;   // the API server's
        using MemoryStream body = new();
        byte[] buffer = new byte[16 * 1024];
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
        {
            if (body.Length + count > limit)
                throw new NodeException(413, "RequestEntityTooLarge", $"the body is larger than {limit} bytes");
            body.Write(buffer, 0, count);
        }
        return ToText(context, body.ToArray());
    }

    /// <summary>JSON or YAML, whichever of the API's forms it came in.</summary>
    private static byte[] ToText(HttpContext context, byte[] body)
    {
        string type = (context.Request.ContentType ?? "").Split(';')[0].Trim();
        if (body.Length == 0 || type is not (ProtobufObject.MediaType or "application/cbor"))
            return body;
        if (type != ProtobufObject.MediaType)
            throw new NodeException(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: "
                + $"application/json, application/yaml, {ProtobufObject.MediaType}");
        try
        {
            return ProtobufObject.ToJson(body);
        }
        catch (InvalidDataException e)
        {
            throw NodeException.BadRequest($"the body is no protobuf of Kubernetes' API: {e.Message}");
        }
    }

    private static DeleteOptions? Deserialize(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, KubernetesJson.Default.DeleteOptions);
        }
        catch (JsonException e)
        {
            throw NodeException.BadRequest($"the body is no DeleteOptions: {e.Message}");
        }
    }

    private WatchSource<Pod> WatchSourceOf(HttpContext context) => new()
    {
        List = node.Services.Store.Snapshot,
        History = node.Services.Store.History,
        Metadata = pod => pod.Metadata!,
        Row = pod => PodRows.Of(context, [pod], pod.Metadata!.ResourceVersion),
        Bare = metadata => new() { ApiVersion = Pod.GroupVersion, Kind = Pod.ObjectKind, Metadata = metadata },
        Type = KubernetesJson.Default.Pod,
    };

    private static Func<Pod, bool> Selector(HttpContext context)
    {
        Func<Pod, bool> selected = PodSelectors.Parse(Query(context, "labelSelector"), Query(context, "fieldSelector"));
        return context.Request.RouteValues["ns"] is string space ? pod => pod.Metadata!.Namespace == space && selected(pod) : selected;
    }
}
