using System.Text.Json;
using System.Threading.Channels;
using Pods.Images;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about images.</summary>
internal sealed class ImageRequests(NodeServices node)
{
    public async Task ListAsync(HttpContext context)
    {
        IReadOnlyList<Image> images = await node.Images.ListAsync(context.RequestAborted);
        await ApiRoutes.WriteAsync(context, new ImageList { Items = [.. images.Select(Summary)] }, KubernetesJson.Default.ImageList);
    }

    /// <summary>A line of JSON per step; the last one has the image or the error.</summary>
    public async Task PullAsync(HttpContext context)
    {
        PullRequestBody body = await ReadAsync(context);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.Body.FlushAsync(context.RequestAborted);   // a registry may take its time
        Channel<PullEvent> progress = Channel.CreateUnbounded<PullEvent>();
        Task pulling = PullAsync(body, progress.Writer, context.RequestAborted);
        await foreach (PullEvent line in progress.Reader.ReadAllAsync(context.RequestAborted))
        {
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(line, KubernetesJson.Default.PullEvent);
            await context.Response.Body.WriteAsync((byte[])[.. json, (byte)'\n'], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        await pulling;
    }

    public async Task ImportAsync(HttpContext context)
    {
        try
        {
            IReadOnlyList<string> names = await node.Images.ImportAsync(context.Request.Body, null, context.RequestAborted);
            await ApiRoutes.WriteAsync(context, new ImportResult { Names = names }, KubernetesJson.Default.ImportResult);
        }
        catch (ImageException e)
        {
            throw new NodeException(e.Kind == ImageFailure.NoSpace ? 507 : 400, "BadRequest", e.Message);
        }
    }

    public async Task RemoveAsync(HttpContext context)
    {
        string name = PodRequests.Query(context, "name") ?? throw NodeException.BadRequest("parameter name: required");
        if (!await node.Images.RemoveAsync(name, context.RequestAborted))
            throw new NodeException(404, "NotFound", $"image \"{name}\" not found");
        await ApiRoutes.WriteAsync(context, new ApiStatus { Kind = "Status", ApiVersion = "v1", Status = "Success", Code = 200 }, KubernetesJson.Default.ApiStatus);
    }

    /// <summary>Removes what no container of this containerd and no pod uses.</summary>
    public async Task PruneAsync(HttpContext context)
    {
        IReadOnlyList<Image> removed = await new UnusedImages(node).RemoveAsync(context.RequestAborted);
        await ApiRoutes.WriteAsync(context, new ImageList { Items = [.. removed.Select(Summary)] }, KubernetesJson.Default.ImageList);
    }

    private async Task PullAsync(PullRequestBody body, ChannelWriter<PullEvent> lines, CancellationToken cancel)
    {
        try
        {
            Image? image = body.Policy == "IfNotPresent" ? await node.Images.FindAsync(body.Reference!, cancel) : null;
            image ??= await node.Images.PullAsync(body.Reference!, new PullRequest
            {
                Progress = new LineProgress(lines),
                DockerConfigs = body.DockerConfig is { } config ? [Convert.FromBase64String(config)] : [],
            }, cancel);
            lines.TryWrite(new PullEvent { Image = Summary(image) });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            lines.TryWrite(new PullEvent { Error = e.Message });
        }
        finally
        {
            lines.TryComplete();
        }
    }

    private static async Task<PullRequestBody> ReadAsync(HttpContext context)
    {
        try
        {
            PullRequestBody? body = await JsonSerializer.DeserializeAsync(
                context.Request.Body, KubernetesJson.Default.PullRequestBody, context.RequestAborted);
            return body is { Reference.Length: > 0 } ? body : throw NodeException.BadRequest("reference: required");
        }
        catch (JsonException e)
        {
            throw NodeException.BadRequest($"the body is no pull request: {e.Message}");
        }
    }

    private static ImageSummary Summary(Image image) => new()
    {
        Id = image.Id,
        Names = image.RepoTags,
        Digest = image.RepoDigests is [var digest, ..] ? digest : image.Digest,
        Size = image.Size,
    };

    /// <summary>Writes in the order of the reports; <see cref="Progress{T}"/> would not.</summary>
    private sealed class LineProgress(ChannelWriter<PullEvent> lines) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => lines.TryWrite(new PullEvent
        {
            Part = value.Part,
            Stage = value.Stage.ToString(),
            Bytes = value.Bytes,
            Total = value.Total,
        });
    }
}
