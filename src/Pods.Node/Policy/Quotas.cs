using Pods.Manifests;

namespace Pods.Node;

/// <summary>Whether a namespace may have one more pod. Pure; the words are those of Kubernetes' admission.</summary>
internal static class Quotas
{
    /// <param name="pod">With defaults, those of LimitRanges too.</param>
    /// <param name="others">The pods of the namespace that have not ended.</param>
    /// <returns>Null: it may.</returns>
    public static string? Problem(Pod pod, IEnumerable<ResourceQuota> quotas, IReadOnlyList<Pod> others)
    {
        foreach (ResourceQuota quota in quotas.Where(q => (q.Metadata?.Namespace ?? "default") == pod.Metadata!.Namespace))
        {
            IReadOnlyDictionary<string, Quantity> hard = quota.Spec?.Hard ?? new Dictionary<string, Quantity>();
            string[] unsaid = [.. hard.Keys.Order(StringComparer.Ordinal).Select(name => (name, Containers: Silent(pod, name)))
                .Where(e => e.Containers.Length > 0).Select(e => $"{e.name} for: {string.Join(",", e.Containers)}")];
            if (unsaid.Length > 0)
                return $"failed quota: {quota.Metadata!.Name}: must specify {string.Join("; ", unsaid)}";
            (string Name, Quantity Asked, Quantity Used, Quantity Most)[] exceeded =
            [
                .. hard.OrderBy(e => e.Key, StringComparer.Ordinal)
                    .Select(e => (e.Key, Asked: Of(pod, e.Key), Used: others.Aggregate(default(Quantity), (sum, p) => sum + Of(p, e.Key)), e.Value))
                    .Where(e => e.Used + e.Asked > e.Value),
            ];
            if (exceeded.Length > 0)
                return $"exceeded quota: {quota.Metadata!.Name}, requested: {Each(e => e.Asked)}, used: {Each(e => e.Used)}, limited: {Each(e => e.Most)}";

            string Each(Func<(string Name, Quantity Asked, Quantity Used, Quantity Most), Quantity> amount) =>
                string.Join(",", exceeded.Select(e => $"{e.Name}={amount(e)}"));
        }
        return null;
    }

    /// <summary>What the pods have of each of these together.</summary>
    public static IReadOnlyDictionary<string, Quantity> Used(IEnumerable<string> names, IReadOnlyList<Pod> pods) =>
        names.ToDictionary(name => name, name => pods.Aggregate(default(Quantity), (sum, pod) => sum + Of(pod, name)));

    /// <summary>The containers that do not say what the quota counts.</summary>
    private static string[] Silent(Pod pod, string name)
    {
        if (name is "pods" or "count/pods")
            return [];
        var (isLimit, resource) = Parse(name);
        ResourceRequirements? ofPod = pod.Spec!.Resources;
        if ((isLimit ? ofPod?.Limits : ofPod?.Requests)?.ContainsKey(resource) == true)
            return [];
        return [.. (pod.Spec.Containers ?? []).Concat(pod.Spec.InitContainers ?? [])
            .Where(c => (isLimit ? c.Resources?.Limits : c.Resources?.Requests)?.ContainsKey(resource) != true).Select(c => c.Name!)];
    }

    private static Quantity Of(Pod pod, string name)
    {
        if (name is "pods" or "count/pods")
            return s_one;
        var (isLimit, resource) = Parse(name);
        return isLimit ? PodResources.Limit(pod.Spec!, resource) ?? default : PodResources.Requested(pod.Spec!, resource);
    }

    // "cpu" and "requests.cpu" are one.
    private static (bool IsLimit, string Resource) Parse(string name) => name.Split('.', 2) switch
    {
        ["limits", var resource] => (true, resource),
        ["requests", var resource] => (false, resource),
        _ => (false, name),
    };

    private static readonly Quantity s_one = Quantity.FromBytes(1);
}
