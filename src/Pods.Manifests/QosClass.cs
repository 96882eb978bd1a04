namespace Pods.Manifests;

/// <summary>How a pod is treated when memory is short, as Kubernetes computes it from requests and limits.</summary>
public static class QosClass
{
    public const string Guaranteed = "Guaranteed";
    public const string Burstable = "Burstable";
    public const string BestEffort = "BestEffort";

    private static readonly string[] Resources = ["cpu", "memory"];

    /// <param name="spec">With defaults applied.</param>
    public static string Of(PodSpec spec)
    {
        // What is said of the pod as a whole decides alone.
        if (Resources.Any(r => Amount(spec.Resources?.Requests, r) > 0 || Amount(spec.Resources?.Limits, r) > 0))
            return Resources.All(r => Amount(spec.Resources?.Limits, r) is > 0 and var most && Amount(spec.Resources?.Requests, r) == most)
                ? Guaranteed : Burstable;
        Container[] containers = [.. spec.Containers ?? [], .. spec.InitContainers ?? []];
        if (!containers.Any(c => Resources.Any(r => Amount(c.Resources?.Requests, r) > 0 || Amount(c.Resources?.Limits, r) > 0)))
            return BestEffort;
        bool guaranteed = containers.All(c => Resources.All(r =>
            Amount(c.Resources?.Limits, r) is > 0 and var limit && Amount(c.Resources?.Requests, r) == limit));
        return guaranteed ? Guaranteed : Burstable;
    }

    private static long Amount(IReadOnlyDictionary<string, Quantity>? amounts, string resource) =>
        amounts?.TryGetValue(resource, out Quantity amount) == true ? amount.MilliValue : 0;
}
