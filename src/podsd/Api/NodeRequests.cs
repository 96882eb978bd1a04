using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about the node itself.</summary>
internal sealed class NodeRequests(NodeServices node, StaticManifests manifests)
{
    public void Map(WebApplication app)
    {
        app.MapGet("/metrics", (RequestDelegate)MetricsAsync);
        app.MapGet("/pods/v1/manifests", (RequestDelegate)(c =>
            ApiRoutes.WriteAsync(c, new StaticManifestList { Items = manifests.Status }, KubernetesJson.Default.StaticManifestList)));
    }

    private Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(new MetricsPage(node).Render(), context.RequestAborted);
    }
}
