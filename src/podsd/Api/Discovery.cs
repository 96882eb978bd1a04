using Pods.Manifests;

namespace Pods.Daemon.Api;

/// <summary>What this API has, told the way kubectl asks for it.</summary>
internal static class Discovery
{
    private static readonly ApiVersions _core = new() { Kind = "APIVersions", Versions = ["v1"] };

    private static readonly ApiGroupList _groups = new() { Kind = "APIGroupList", ApiVersion = "v1", Groups = [] };

    private static readonly ApiResourceList _resources = new()
    {
        Kind = "APIResourceList",
        GroupVersion = "v1",
        Resources =
        [
            new()
            {
                Name = "pods", SingularName = "pod", Namespaced = true, Kind = Pod.ObjectKind,
                Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"], ShortNames = ["po"], Categories = ["all"],
            },
            new() { Name = "pods/exec", SingularName = "", Namespaced = true, Kind = "PodExecOptions", Verbs = ["create", "get"] },
            new()
            {
                Name = "events", SingularName = "event", Namespaced = true, Kind = "Event", Verbs = ["get", "list", "watch"], ShortNames = ["ev"],
            },
            .. SupportingKind.All.Select(kind => new ApiResource
            {
                Name = kind.Plural, SingularName = kind.Singular, Namespaced = true, Kind = kind.Kind,
                Verbs = ["create", "delete", "get", "list", "update"], ShortNames = kind.ShortName == kind.Singular ? null : [kind.ShortName],
            }),
            new() { Name = "pods/log", SingularName = "", Namespaced = true, Kind = Pod.ObjectKind, Verbs = ["get"] },
        ],
    };

    public static void Map(WebApplication app)
    {
        app.MapGet("/api", (RequestDelegate)(c => ApiRoutes.WriteAsync(c, _core, KubernetesJson.Default.ApiVersions)));
        app.MapGet("/apis", (RequestDelegate)(c => ApiRoutes.WriteAsync(c, _groups, KubernetesJson.Default.ApiGroupList)));
        app.MapGet("/api/v1", (RequestDelegate)(c => ApiRoutes.WriteAsync(c, _resources, KubernetesJson.Default.ApiResourceList)));
    }
}
