using System.Globalization;
using System.Text;

namespace Pods.Node;

/// <summary>The node in Prometheus' text format, read when it is asked for, with the kubelet's and kube-state-metrics' names.</summary>
public sealed class MetricsPage(NodeServices node)
{
    private static readonly string[] Phases = ["Pending", "Running", "Succeeded", "Failed"];

    private readonly StringBuilder _text = new();

    public string Render()
    {
        IReadOnlyList<StoredPod> pods = node.Store.List();
        Head("kubelet_running_pods", "gauge", "Number of pods that have a running pod sandbox");
        Line("kubelet_running_pods", "", pods.Count(p => p.Memory.Sandbox is { IsReady: true, HasEnded: false }));
        Head("kubelet_running_containers", "gauge", "Number of containers by state");
        foreach (IGrouping<RunPhase, ContainerRun> phase in pods.SelectMany(p => p.Memory.Runs.Values).GroupBy(r => r.Phase).OrderBy(g => g.Key))
            Line("kubelet_running_containers", $"container_state=\"{phase.Key.ToString().ToLowerInvariant()}\"", phase.Count());
        Starts();
        Head("kube_node_status_condition", "gauge", "The conditions of the node");
        foreach (bool holds in new[] { true, false })
            Line("kube_node_status_condition",
                $"node=\"{node.Options.NodeName}\",condition=\"DiskPressure\",status=\"{(holds ? "true" : "false")}\"",
                node.Metrics.HasDiskPressure == holds ? 1 : 0);
        Head("kube_pod_status_phase", "gauge", "The current phase of each pod");
        foreach (StoredPod stored in pods)
            foreach (string phase in Phases)
                Line("kube_pod_status_phase", $"{Labels(stored)},phase=\"{phase}\"", stored.Pod.Status?.Phase == phase ? 1 : 0);
        Head("kube_pod_container_status_restarts_total", "counter", "Restarts of each container");
        foreach (StoredPod stored in pods)
            foreach (ContainerRun run in stored.Memory.Runs.Values)
                Line("kube_pod_container_status_restarts_total", Labels(stored, run.Name), run.RestartCount);
        Probes(pods);
        Usage(pods);
        return _text.ToString();
    }

    private void Starts()
    {
        const string name = "kubelet_pod_start_duration_seconds";
        Head(name, "histogram", "Seconds from the creation of a pod to all its containers having started");
        var (below, count, sum) = node.Metrics.Starts();
        for (int i = 0; i < below.Count; i++)
            Line(name + "_bucket", $"le=\"{Number(NodeMetrics.StartBounds[i])}\"", below[i]);
        Line(name + "_bucket", "le=\"+Inf\"", count);
        Line(name + "_sum", "", sum);
        Line(name + "_count", "", count);
    }

    private void Probes(IReadOnlyList<StoredPod> pods)
    {
        Dictionary<string, StoredPod> byUid = pods.ToDictionary(p => p.Pod.Metadata!.Uid!);
        Head("prober_probe_total", "counter", "Answers of probes");
        foreach (var (key, count) in node.Metrics.Probes(byUid.ContainsKey))
            Line("prober_probe_total",
                $"{Labels(byUid[key.Uid], key.Container)},pod_uid=\"{key.Uid}\",probe_type=\"{key.Kind}\",result=\"{(key.IsGood ? "successful" : "failed")}\"", count);
    }

    private void Usage(IReadOnlyList<StoredPod> pods)
    {
        (string Labels, ContainerUsage Usage)[] usage =
            [.. pods.SelectMany(p => ContainerUsage.Of(p).Select(u => (Labels(p, u.Container), u)))];
        Head("container_cpu_usage_seconds_total", "counter", "Processor time of each container");
        foreach (var (labels, used) in usage)
            Line("container_cpu_usage_seconds_total", labels, used.CpuNanoseconds / 1e9);
        Head("container_memory_working_set_bytes", "gauge", "Memory of each container that the kernel could not drop at once");
        foreach (var (labels, used) in usage)
            Line("container_memory_working_set_bytes", labels, used.WorkingSetBytes);
        Head("container_memory_usage_bytes", "gauge", "Memory of each container");
        foreach (var (labels, used) in usage)
            Line("container_memory_usage_bytes", labels, used.MemoryBytes);
        Head("container_processes", "gauge", "Processes of each container");
        foreach (var (labels, used) in usage)
            Line("container_processes", labels, used.Processes);
    }

    private static string Labels(StoredPod stored, string? container = null) =>
        $"namespace=\"{stored.Pod.Metadata!.Namespace}\",pod=\"{stored.Pod.Metadata.Name}\"" + (container is null ? "" : $",container=\"{container}\"");

    private void Head(string name, string type, string help) => _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private void Line(string name, string labels, double value) =>
        _text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(Number(value)).Append('\n');

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
