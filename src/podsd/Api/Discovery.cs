using Pods.Manifests;

namespace Pods.Daemon.Api;

/// <summary>What this API has, told the way kubectl asks for it.</summary>
internal static class Discovery
{
    private static readonly ApiVersions _core = new() { Kind = "APIVersions", Versions = ["v1"] };

    private static readonly ApiGroupList _groups = new() { Kind = "APIGroupList", ApiVersion = "v1", Groups =
        [
            .. WorkloadKind.All.Select(k => k.GroupVersion).Concat([PodMetrics.GroupVersion, "authorization.k8s.io/v1", "authentication.k8s.io/v1"]).Distinct().Select(ApiGroup.Of),
        ],
    };

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
            new() { Name = "pods/attach", SingularName = "", Namespaced = true, Kind = "PodAttachOptions", Verbs = ["create", "get"] },
            new() { Name = "pods/portforward", SingularName = "", Namespaced = true, Kind = "PodPortForwardOptions", Verbs = ["create", "get"] },
            new()
            {
                Name = "events", SingularName = "event", Namespaced = true, Kind = "Event", Verbs = ["get", "list", "watch"], ShortNames = ["ev"],
            },
            .. SupportingKind.All.Select(kind => new ApiResource
            {
                Name = kind.Plural, SingularName = kind.Singular, Namespaced = true, Kind = kind.Kind,
                Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"], ShortNames = kind.ShortName == kind.Singular ? null : [kind.ShortName],
            }),
            .. ClusterRequests.Kinds,
            new() { Name = "pods/log", SingularName = "", Namespaced = true, Kind = Pod.ObjectKind, Verbs = ["get"] },
        ],
    };

    private static IEnumerable<ApiResource> ResourcesOf(WorkloadKind kind)
    {
        yield return new()
        {
            Name = kind.Plural, SingularName = kind.Singular, Namespaced = true, Kind = kind.Kind, Categories = ["all"],
            Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"],
            ShortNames = kind.ShortName == kind.Singular ? null : [kind.ShortName],
        };
        if (kind == WorkloadKind.Deployment)
            yield return new()
            {
                Name = kind.Plural + "/scale", SingularName = "", Namespaced = true, Group = "autoscaling", Version = "v1", Kind = "Scale",
                Verbs = ["get", "patch", "update"],
            };
    }

    public static void Map(WebApplication app)
    {
        app.MapGet("/api", (RequestDelegate)(c => ApiRoutes.WriteAsync(c, _core, KubernetesJson.Default.ApiVersions)));
        app.MapGet("/apis", (RequestDelegate)(c => ApiRoutes.WriteAsync(c, _groups, KubernetesJson.Default.ApiGroupList)));
        app.MapGet("/api/v1", (RequestDelegate)(c => ApiRoutes.WriteAsync(c, _resources, KubernetesJson.Default.ApiResourceList)));
        foreach (IGrouping<string, WorkloadKind> group in WorkloadKind.All.GroupBy(k => k.GroupVersion))
            app.MapGet("/apis/" + group.Key, (RequestDelegate)(c => ApiRoutes.WriteAsync(c, new ApiResourceList
            {
                Kind = "APIResourceList",
                GroupVersion = group.Key,
                Resources = [.. group.SelectMany(ResourcesOf)],
            }, KubernetesJson.Default.ApiResourceList)));
    }
}
