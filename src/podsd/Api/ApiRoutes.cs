using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pods.Containerd;
using Pods.Daemon.Access;
using Pods.Linux;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Which request goes where, and how every failure becomes a Status object.</summary>
internal static class ApiRoutes
{
    private const string Pods = "/api/v1/namespaces/{ns}/pods";
    // Below podsd.service's TimeoutStopSec, with room for the removal of what has ended.
    private static readonly TimeSpan HaltLimit = TimeSpan.FromMinutes(5);

    public static void Map(WebApplication app, PodNode node, ApiAccess? access, ImageRequests images, AccessRequests rights)
    {
        PodRequests pods = new(node);
        app.Use(AnswerFailuresAsync);
        app.Use((context, next) => TlsPort.GuardAsync(context, next, access));
        Get(app, "/healthz", context => context.Response.WriteAsync("ok"));
        Get(app, "/livez", context => context.Response.WriteAsync("ok"));
        Get(app, "/readyz", context => ReadyAsync(context, node));
        Get(app, "/version", context => VersionAsync(context, node));
        Discovery.Map(app);
        OpenApi.Map(app);
        ReviewRequests.Map(app);
        Get(app, "/api/v1/pods", pods.ListAsync);
        Get(app, Pods, pods.ListAsync);
        app.MapPost(Pods, (RequestDelegate)pods.CreateAsync);
        Get(app, Pods + "/{name}", pods.GetAsync);
        app.MapPut(Pods + "/{name}", (RequestDelegate)pods.ReplaceAsync);
        app.MapPatch(Pods + "/{name}", (RequestDelegate)pods.PatchAsync);
        app.MapDelete(Pods + "/{name}", (RequestDelegate)pods.DeleteAsync);
        Get(app, Pods + "/{name}/log", pods.LogAsync);
        Get(app, Pods + "/{name}/exec", new ExecRequests(node).ExecAsync);
        Get(app, Pods + "/{name}/attach", new ExecRequests(node).AttachAsync);
        PortForwardRequests forward = new(node);
        Get(app, Pods + "/{name}/portforward", forward.ForwardAsync);
        app.MapPost(Pods + "/{name}/portforward", (RequestDelegate)forward.ForwardAsync);
        new ContainerRequests(node).Map(app);
        new MetricsApi(node.Services).Map(app);
        new EventRequests(node.Services).Map(app);
        new ClusterRequests(node).Map(app);
        foreach (WorkloadKind kind in WorkloadKind.All)
            new WorkloadRequests(node, kind).Map(app);
        foreach (SupportingKind kind in SupportingKind.All)
            new ObjectRequests(node, kind).Map(app);
        Get(app, "/pods/v1/namespaces/{ns}/pods/{name}/inspect", pods.InspectAsync);
        Get(app, "/pods/v1/images", images.ListAsync);
        app.MapPost("/pods/v1/images/pull", (RequestDelegate)images.PullAsync);
        app.MapPost("/pods/v1/images/import", (RequestDelegate)images.ImportAsync);
        app.MapDelete("/pods/v1/images", (RequestDelegate)images.RemoveAsync);
        app.MapPost("/pods/v1/halt", (RequestDelegate)(context => HaltAsync(context, node)));
        app.MapPost("/pods/v1/images/prune", (RequestDelegate)images.PruneAsync);
        app.MapPost("/pods/v1/access/kubeconfig", (RequestDelegate)rights.KubeconfigAsync);
        app.MapPost("/pods/v1/access/rotate", (RequestDelegate)rights.RotateAsync);
        app.MapFallback((RequestDelegate)(_ => throw new NodeException(404, "NotFound", "the server could not find the requested resource")));
    }

    public static async Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int code = 200)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), context.RequestAborted);
    }

    public static ApiStatus Failure(
        int code, string reason, string message, string? name = null, IReadOnlyList<StatusCause>? causes = null, string? kind = null) => new()
    {
        Kind = "Status",
        ApiVersion = "v1",
        Metadata = new(),
        Status = "Failure",
        Message = message,
        Reason = reason,
        Details = causes is null && name is null ? null : new() { Name = name, Kind = kind, Causes = causes },
        Code = code,
    };

    private static void Get(WebApplication app, string route, RequestDelegate handler) => app.MapGet(route, handler);

    private static async Task AnswerFailuresAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: nobody is left to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            ApiStatus status = ToStatus(e);
            await WriteAsync(context, status, KubernetesJson.Default.ApiStatus, status.Code!.Value);
        }
    }

    private static ApiStatus ToStatus(Exception e) => e switch
    {
        NodeException known => Failure(known.Code, known.Reason, known.Message, known.ObjectName, known.Causes, known.ObjectKind),
        ManifestException manifest => ManifestStatus.Of(manifest, manifest.Name, manifest.Kind is { Length: > 0 } kind ? kind : Pod.ObjectKind),
        BadHttpRequestException bad => Failure(400, "BadRequest", bad.Message),
        ContainerdException { IsUnavailable: true } => Failure(503, "ServiceUnavailable", e.Message),
        IOException when IsFull(e) => Failure(507, "InsufficientStorage", $"the node's disk is full: {e.Message}"),
        _ => Failure(500, "InternalError", e.Message),
    };

    private static bool IsFull(Exception e) =>
        e is LinuxException { Errno: Errno.ENOSPC or Errno.EDQUOT } || (e.HResult & 0xffff) is Errno.ENOSPC or Errno.EDQUOT;

    private static Task ReadyAsync(HttpContext context, PodNode node)
    {
        if (!node.Ready.IsCompletedSuccessfully)
            throw new NodeException(503, "ServiceUnavailable", "containerd has not been reached yet");
        return context.Response.WriteAsync("ok");
    }

    /// <summary>Answers when every pod has ended. Who asks may go: the pods end all the same.</summary>
    private static async Task HaltAsync(HttpContext context, PodNode node)
    {
        int count = await node.HaltAsync(HaltLimit, context.RequestAborted);
        ApiStatus done = new() { Kind = "Status", ApiVersion = "v1", Status = "Success", Message = $"pods halted: {count}", Code = 200 };
        await WriteAsync(context, done, KubernetesJson.Default.ApiStatus);
    }

    private static async Task VersionAsync(HttpContext context, PodNode node)
    {
        string? containerd = null;
        try
        {
            containerd = (await node.Services.Containerd.Introspection.VersionAsync(context.RequestAborted)).Version;
        }
        catch (ContainerdException)
        {
            // Answered as null: the version of podsd is worth telling all the same.
        }
        string[] numbers = PodsDaemon.Version.Split('.');
        await WriteAsync(context, new NodeVersion
        {
            Major = numbers[0],
            Minor = numbers[1],
            GitVersion = "v" + PodsDaemon.Version,
            Platform = "linux/" + System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            Containerd = containerd,
        }, KubernetesJson.Default.NodeVersion);
    }
}
