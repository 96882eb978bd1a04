using Pods.Manifests;

namespace Pods.Node;

/// <summary>What LimitRanges make of a pod: what it left out is filled in, and what is too little or too much is refused. Pure.</summary>
internal static class LimitRanger
{
    public static Pod Fill(Pod pod, IReadOnlyList<LimitRange> ranges)
    {
        foreach (LimitRangeItem item in Items(pod, ranges, "Container"))
            pod = pod with
            {
                Spec = pod.Spec! with
                {
                    Containers = pod.Spec.Containers?.Select(c => Fill(c, item)).ToArray(),
                    InitContainers = pod.Spec.InitContainers?.Select(c => Fill(c, item)).ToArray(),
                },
            };
        return pod;
    }

    /// <summary>Every violation, in the words of Kubernetes' admission.</summary>
    public static IReadOnlyList<string> Violations(Pod pod, IReadOnlyList<LimitRange> ranges)
    {
        List<string> found = [];
        foreach (LimitRangeItem item in Items(pod, ranges, "Container"))
            foreach (Container container in (pod.Spec!.Containers ?? []).Concat(pod.Spec.InitContainers ?? []))
                Check(item, name => Amount(container.Resources?.Requests, name), name => Amount(container.Resources?.Limits, name), found);
        foreach (LimitRangeItem item in Items(pod, ranges, "Pod"))
            Check(item, name => NotZero(PodResources.Requested(pod.Spec!, name)), name => PodResources.Limit(pod.Spec!, name), found);
        return found;
    }

    private static IEnumerable<LimitRangeItem> Items(Pod pod, IReadOnlyList<LimitRange> ranges, string type) => ranges
        .Where(range => (range.Metadata?.Namespace ?? "default") == pod.Metadata!.Namespace)
        .SelectMany(range => range.Spec?.Limits ?? []).Where(item => item.Type == type);

    // As the API server completes a LimitRange: the most is the default limit, the default limit (or the least) the default request.
    private static Container Fill(Container container, LimitRangeItem item)
    {
        IReadOnlyDictionary<string, Quantity> limits = Merge(item.Default, item.Max);
        IReadOnlyDictionary<string, Quantity> requests = Merge(Merge(item.DefaultRequest, limits), item.Min);
        ResourceRequirements given = container.Resources ?? new();
        return container with { Resources = given with { Limits = Merge(given.Limits, limits), Requests = Merge(given.Requests, requests) } };
    }

    private static void Check(LimitRangeItem item, Func<string, Quantity?> request, Func<string, Quantity?> limit, List<string> found)
    {
        foreach (var (name, most) in item.Max ?? new Dictionary<string, Quantity>())
            if (limit(name) is not { } own)
                found.Add($"maximum {name} usage per {item.Type} is {most}. No limit is specified");
            else if (own > most)
                found.Add($"maximum {name} usage per {item.Type} is {most}, but limit is {own}");
            else if (request(name) is { } asked && asked > most)
                found.Add($"maximum {name} usage per {item.Type} is {most}, but request is {asked}");
        foreach (var (name, least) in item.Min ?? new Dictionary<string, Quantity>())
            if (request(name) is not { } asked)
                found.Add($"minimum {name} usage per {item.Type} is {least}. No request is specified");
            else if (asked < least)
                found.Add($"minimum {name} usage per {item.Type} is {least}, but request is {asked}");
            else if (limit(name) is { } had && had < least)
                found.Add($"minimum {name} usage per {item.Type} is {least}, but limit is {had}");
        foreach (var (name, ratio) in item.MaxLimitRequestRatio ?? new Dictionary<string, Quantity>())
            if (request(name) is not { } asked || limit(name) is not { } had)
                found.Add($"{name} max limit to request ratio per {item.Type} is {ratio}, but no request is specified or request is 0, "
                    + "or no limit is specified or limit is 0");
            else if (had.DividedBy(asked) is var times && times > ratio.MilliValue / 1000m)
                found.Add($"{name} max limit to request ratio per {item.Type} is {ratio}, but provided ratio is {times:0.000000}");
    }

    private static Quantity? Amount(IReadOnlyDictionary<string, Quantity>? amounts, string name) =>
        amounts?.TryGetValue(name, out Quantity amount) == true ? NotZero(amount) : null;

    private static Quantity? NotZero(Quantity amount) => amount.MilliValue > 0 ? amount : null;

    private static Dictionary<string, Quantity> Merge(IReadOnlyDictionary<string, Quantity>? first, IReadOnlyDictionary<string, Quantity>? second)
    {
        Dictionary<string, Quantity> all = new(first ?? new Dictionary<string, Quantity>());
        foreach (var (name, amount) in second ?? new Dictionary<string, Quantity>())
            all.TryAdd(name, amount);
        return all;
    }
}
