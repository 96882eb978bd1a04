using Pods.Manifests;

namespace Pods.Cli.Client;

/// <summary>Deployments, DaemonSets and Jobs on podsd's API.</summary>
internal sealed class WorkloadClient(PodsClient client)
{
    public PodsClient Api => client;

    public static string ListPath(WorkloadKind kind, string? space) =>
        $"/apis/{kind.GroupVersion}/" + (space is null ? kind.Plural : $"namespaces/{Uri.EscapeDataString(space)}/{kind.Plural}");

    public static string Path(WorkloadKind kind, string space, string name) => $"{ListPath(kind, space)}/{Uri.EscapeDataString(name)}";

    public Task<Workload?> FindAsync(WorkloadKind kind, string space, string name, CancellationToken cancel) =>
        client.FindAsync(Path(kind, space, name), KubernetesJson.Default.Workload, cancel);

    public Task<Workload> GetAsync(WorkloadKind kind, string space, string name, CancellationToken cancel) =>
        client.GetAsync(Path(kind, space, name), KubernetesJson.Default.Workload, cancel);

    public Task<WorkloadList> ListAsync(WorkloadKind kind, PodQuery query, CancellationToken cancel) =>
        client.GetAsync(query.Path(ListPath(kind, query.Namespace)), KubernetesJson.Default.WorkloadList, cancel);

    /// <summary>Held against what is there with the same defaults: created, configured or unchanged.</summary>
    public async Task<string> ApplyAsync(string defaultSpace, Workload given, CancellationToken cancel)
    {
        WorkloadKind kind = WorkloadKind.OfKind(given.Kind)!;
        Workload wanted = WithDefaults(given, defaultSpace);
        string space = wanted.Metadata!.Namespace!, name = wanted.Metadata.Name!;
        using HttpContent body = PodsClient.Json(wanted, KubernetesJson.Default.Workload);
        if (await FindAsync(kind, space, name, cancel) is not { } existing)
        {
            await client.PostAsync(ListPath(kind, space), body, KubernetesJson.Default.Workload, cancel);
            return "created";
        }
        Workload changed = await client.PutAsync(Path(kind, space, name), body, KubernetesJson.Default.Workload, cancel);
        return changed.Metadata!.ResourceVersion == existing.Metadata!.ResourceVersion ? "unchanged" : "configured";
    }

    public Task DeleteAsync(WorkloadKind kind, string space, string name, CancellationToken cancel) =>
        client.DeleteAsync(Path(kind, space, name), cancel);

    public Task<Scale> ScaleAsync(string space, string name, int replicas, CancellationToken cancel)
    {
        HttpContent body = PodsClient.Json(
            new Scale { ApiVersion = "autoscaling/v1", Kind = "Scale", Spec = new() { Replicas = replicas } }, KubernetesJson.Default.Scale);
        return client.PutAsync(Path(WorkloadKind.Deployment, space, name) + "/scale", body, KubernetesJson.Default.Scale, cancel);
    }

    public static Workload WithDefaults(Workload given, string defaultSpace) => WorkloadDefaults.Apply(
        given with { Metadata = given.Metadata! with { Namespace = given.Metadata.Namespace ?? defaultSpace } });
}
