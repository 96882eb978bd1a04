namespace Pods.Manifests;

/// <summary>The LimitRanges and ResourceQuotas that an operator has set for the namespaces of a node.</summary>
public sealed record NodePolicies(IReadOnlyList<LimitRange> LimitRanges, IReadOnlyList<ResourceQuota> Quotas)
{
    public static NodePolicies None { get; } = new([], []);
}
