using Microsoft.AspNetCore.Http.Features;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>What Kubernetes has no request for: files of a container as a tar stream, and a restart.</summary>
internal sealed class ContainerRequests(PodNode node)
{
    private const string One = "/pods/v1/namespaces/{ns}/pods/{name}";

    public void Map(WebApplication app)
    {
        app.MapGet(One + "/files", (RequestDelegate)ReadAsync);
        app.MapPut(One + "/files", (RequestDelegate)WriteAsync);
        app.MapPost(One + "/restart", (RequestDelegate)RestartAsync);
    }

    private async Task ReadAsync(HttpContext context)
    {
        string path = PathOf(context);
        using ContainerFiles files = await OpenAsync(context);
        bool? isDirectory = files.IsDirectory(path);
        if (PodRequests.Flag(context, "stat"))
        {
            FileKindAnswer answer = new(isDirectory switch { true => "Directory", false => "File", null => null });
            await ApiRoutes.WriteAsync(context, answer, KubernetesJson.Default.FileKindAnswer);
            return;
        }
        if (isDirectory is null)
            throw NodeException.BadRequest($"{path}: no such file or directory in the container");
        context.Response.ContentType = "application/x-tar";
        try
        {
            await files.ReadAsync(path, context.Response.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            node.Services.Log($"copy {path} of pod {PodRequests.Name(context)}: {e.Message}");
            // The client sees that the archive ends too early, and does not take it for whole.
            context.Abort();
        }
    }

    private async Task WriteAsync(HttpContext context)
    {
        using ContainerFiles files = await OpenAsync(context);
        try
        {
            await files.WriteAsync(PathOf(context), context.Request.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            throw NodeException.BadRequest($"copy to {PathOf(context)}: {e.Message}");
        }
        await ApiRoutes.WriteAsync(context, Success, KubernetesJson.Default.ApiStatus);
    }

    private Task RestartAsync(HttpContext context)
    {
        node.Restart(PodRequests.Space(context), PodRequests.Name(context), PodRequests.Query(context, "container"));
        return ApiRoutes.WriteAsync(context, Success, KubernetesJson.Default.ApiStatus);
    }

    private Task<ContainerFiles> OpenAsync(HttpContext context)
    {
        // Archives are as large as they are.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        StoredPod stored = node.Get(PodRequests.Space(context), PodRequests.Name(context));
        return ContainerFiles.OpenAsync(node.Services, stored, PodRequests.Query(context, "container"), context.RequestAborted);
    }

    private static string PathOf(HttpContext context) => PodRequests.Query(context, "path") is ['/', ..] path ? path
        : throw NodeException.BadRequest("parameter path: an absolute path is required");

    private static ApiStatus Success => new() { Kind = "Status", ApiVersion = "v1", Metadata = new(), Status = "Success", Code = 200 };
}
