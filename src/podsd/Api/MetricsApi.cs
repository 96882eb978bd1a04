using System.Diagnostics;
using System.Globalization;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>metrics.k8s.io for <c>pods top</c> and <c>kubectl top pod</c>: nothing is gathered until somebody asks.</summary>
internal sealed class MetricsApi(NodeServices node)
{
    private const string Root = "/apis/" + PodMetrics.GroupVersion;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    public void Map(WebApplication app)
    {
        app.MapGet(Root, (RequestDelegate)(c => ApiRoutes.WriteAsync(c, new ApiResourceList
        {
            Kind = "APIResourceList",
            GroupVersion = PodMetrics.GroupVersion,
            Resources = [new() { Name = "pods", SingularName = "", Namespaced = true, Kind = "PodMetrics", Verbs = ["get", "list"] }],
        }, KubernetesJson.Default.ApiResourceList)));
        app.MapGet(Root + "/pods", (RequestDelegate)ListAsync);
        app.MapGet(Root + "/namespaces/{ns}/pods", (RequestDelegate)ListAsync);
        app.MapGet(Root + "/namespaces/{ns}/pods/{name}", (RequestDelegate)GetAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        Func<Pod, bool> selected = PodSelectors.Parse(PodRequests.Query(context, "labelSelector"), PodRequests.Query(context, "fieldSelector"));
        string? space = context.Request.RouteValues["ns"] as string;
        StoredPod[] pods = [.. node.Store.List().Where(p => (space is null || p.Pod.Metadata!.Namespace == space) && selected(p.Pod))];
        await ApiRoutes.WriteAsync(context, new PodMetricsList
        {
            Kind = "PodMetricsList",
            ApiVersion = PodMetrics.GroupVersion,
            Metadata = new(),
            Items = await MeasureAsync(pods, context.RequestAborted),
        }, KubernetesJson.Default.PodMetricsList);
    }

    private async Task GetAsync(HttpContext context)
    {
        string space = PodRequests.Space(context), name = PodRequests.Name(context);
        StoredPod stored = node.Store.Find(space, name) ?? throw NodeException.NotFound(name, "podmetrics.metrics.k8s.io");
        if (await MeasureAsync([stored], context.RequestAborted) is not [var metrics])
            throw NodeException.NotFound(name, "podmetrics.metrics.k8s.io");
        await ApiRoutes.WriteAsync(context, metrics, KubernetesJson.Default.PodMetrics);
    }

    /// <summary>Of the pods that run: the difference of two looks.</summary>
    private async Task<IReadOnlyList<PodMetrics>> MeasureAsync(IReadOnlyList<StoredPod> pods, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        Dictionary<(string?, string), long> before = [];
        foreach (StoredPod stored in pods)
            foreach (ContainerUsage usage in ContainerUsage.Of(stored))
                before[(stored.Pod.Metadata!.Uid, usage.Container)] = usage.CpuNanoseconds;
        await Task.Delay(Window, cancel);
        List<PodMetrics> measured = [];
        TimeSpan window = Stopwatch.GetElapsedTime(start);
        foreach (StoredPod stored in pods)
        {
            ContainerMetrics[] containers =
            [
                .. ContainerUsage.Of(stored).Where(u => before.ContainsKey((stored.Pod.Metadata!.Uid, u.Container))).Select(usage =>
                    Metrics(usage, (usage.CpuNanoseconds - before[(stored.Pod.Metadata!.Uid, usage.Container)]) / window.TotalSeconds)),
            ];
            if (containers.Length > 0)
                measured.Add(Metrics(stored.Pod, containers, window));
        }
        return measured;
    }

    private PodMetrics Metrics(Pod pod, IReadOnlyList<ContainerMetrics> containers, TimeSpan window) => new()
    {
        Kind = "PodMetrics",
        ApiVersion = PodMetrics.GroupVersion,
        Metadata = new()
        {
            Name = pod.Metadata!.Name,
            Namespace = pod.Metadata.Namespace,
            Labels = pod.Metadata.Labels,
            CreationTimestamp = node.Time.GetUtcNow(),
        },
        Timestamp = node.Time.GetUtcNow(),
        Window = window.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture) + "s",
        Containers = containers,
    };

    private static ContainerMetrics Metrics(ContainerUsage usage, double nanocores) => new()
    {
        Name = usage.Container,
        Usage = new Dictionary<string, Quantity>
        {
            ["cpu"] = Amount($"{Math.Max(0, (long)nanocores)}n"),
            ["memory"] = Amount($"{usage.WorkingSetBytes / 1024}Ki"),
        },
    };

    private static Quantity Amount(string text) => Quantity.TryParse(text, out Quantity amount) ? amount : default;
}
