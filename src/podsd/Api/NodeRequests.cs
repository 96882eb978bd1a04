using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about the node itself.</summary>
internal sealed class NodeRequests(StaticManifests manifests)
{
    public void Map(WebApplication app) => app.MapGet("/pods/v1/manifests", (RequestDelegate)(c =>
        ApiRoutes.WriteAsync(c, new StaticManifestList { Items = manifests.Status }, KubernetesJson.Default.StaticManifestList)));
}
