using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pods.Manifests;

/// <summary>What it takes to make one pod of another: as little as the fields that differ ask for. Pure.</summary>
public sealed record PodUpdate
{
    // What podsd looks at when its time comes, and what only a scheduler would look at.
    private static readonly string[] _inPlace =
    [
        "terminationGracePeriodSeconds", "activeDeadlineSeconds", "restartPolicy", "imagePullSecrets", "nodeName", "tolerations", "affinity",
        "nodeSelector", "serviceAccountName", "priority", "priorityClassName", "preemptionPolicy", "schedulerName", "topologySpreadConstraints", "enableServiceLinks",
    ];

    /// <summary>The fields that only another pod can have.</summary>
    public required IReadOnlyList<string> NewPod { get; init; }
    /// <summary>The containers that are started anew, each with the fields why.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Restarts { get; init; }
    /// <summary>The containers whose limits change under the running process.</summary>
    public required IReadOnlyList<string> Resizes { get; init; }
    public bool IsSameSpec { get; init; }

    public bool NeedsNewPod => NewPod.Count > 0;

    /// <summary>Both with defaults.</summary>
    public static PodUpdate Between(Pod before, Pod after)
    {
        JsonObject left = Tree(before), right = Tree(after);
        List<string> newPod = [];
        Dictionary<string, IReadOnlyList<string>> restarts = [];
        List<string> resizes = [];
        foreach (string field in Different(left, right).Where(f => f is not ("containers" or "initContainers") && !_inPlace.Contains(f)))
            newPod.Add($"spec.{field}");
        foreach (string list in new[] { "initContainers", "containers" })
        {
            Dictionary<string, JsonObject> old = ByName(left, list), wanted = ByName(right, list);
            if (!old.Keys.ToHashSet().SetEquals(wanted.Keys))
                newPod.Add($"spec.{list}");
            else
                foreach (var (name, container) in wanted)
                    Compare(list, name, old[name], container, newPod, restarts, resizes);
        }
        // Cpus are given to a pod when it is made.
        if (!ExclusiveCpus.Of(before).SequenceEqual(ExclusiveCpus.Of(after)))
            newPod.Add($"metadata.annotations[{ExclusiveCpus.Annotation}]");
        // The cgroup of a pod lies below that of its class.
        if (resizes.Count > 0 && QosClass.Of(before.Spec!) != QosClass.Of(after.Spec!))
            newPod.Add($"spec.containers[{resizes[0]}].resources");
        return new() { NewPod = newPod, Restarts = restarts, Resizes = resizes, IsSameSpec = JsonNode.DeepEquals(left, right) };
    }

    /// <summary>A sentence per effect, for people.</summary>
    public IEnumerable<string> Sentences()
    {
        if (NeedsNewPod)
            return [$"the pod is replaced by a new one: {string.Join(", ", NewPod)}"];
        IEnumerable<string> effects = Restarts.Select(r => $"container {r.Key} is started anew: {string.Join(", ", r.Value)}")
            .Concat(Resizes.Except(Restarts.Keys).Select(name => $"container {name} gets other limits and goes on"));
        return effects.Any() ? effects : ["nothing is restarted"];
    }

    private static void Compare(string list, string name, JsonObject before, JsonObject after,
        List<string> newPod, Dictionary<string, IReadOnlyList<string>> restarts, List<string> resizes)
    {
        string[] fields = [.. Different(before, after)];
        string[] restarting = [.. fields.Where(f => !ContainerFingerprint.IsInPlace(f))];
        // One that is to end and has ended before the apps began cannot run again under them.
        bool isInit = list == "initContainers" && (after["restartPolicy"] ?? before["restartPolicy"])?.GetValue<string>() != "Always";
        bool changesKind = list == "initContainers" && fields.Contains("restartPolicy");
        if (changesKind || (isInit && restarting.Length > 0))
            newPod.Add($"spec.{list}[{name}].{(changesKind ? "restartPolicy" : restarting[0])}");
        else if (restarting.Length > 0)
            restarts[name] = restarting;
        if (fields.Contains("ports") && HostPorts(before) != HostPorts(after))
            newPod.Add($"spec.{list}[{name}].ports");
        if (fields.Contains("resources") && !isInit)
            resizes.Add(name);
    }

    private static string HostPorts(JsonObject container) => string.Join(' ', (container["ports"]?.AsArray() ?? [])
        .Where(p => p?["hostPort"] is not null).Select(p => p!.ToJsonString()).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Different(JsonObject left, JsonObject right) =>
        left.Select(p => p.Key).Union(right.Select(p => p.Key)).Where(key => !JsonNode.DeepEquals(left[key], right[key]));

    private static Dictionary<string, JsonObject> ByName(JsonObject spec, string list) =>
        (spec[list]?.AsArray() ?? []).ToDictionary(c => c!["name"]!.GetValue<string>(), c => c!.AsObject());

    private static JsonObject Tree(Pod pod) => JsonSerializer.SerializeToNode(pod.Spec, KubernetesJson.Default.PodSpec)!.AsObject();
}
