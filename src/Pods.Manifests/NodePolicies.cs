namespace Pods.Manifests;

/// <summary>The LimitRanges and ResourceQuotas that an operator has set for the namespaces of a node.</summary>
public sealed record NodePolicies(IReadOnlyList<LimitRange> LimitRanges, IReadOnlyList<ResourceQuota> Quotas)
{
    public static NodePolicies None { get; } = new([], []);

    /// <summary>These, and those that came over the API.</summary>
    public NodePolicies With(IEnumerable<SupportingObject> objects)
    {
        ILookup<string?, SupportingObject> given = objects.ToLookup(o => o.Kind);
        return new(
            [.. LimitRanges, .. given[SupportingKind.LimitRange.Kind].Select(RangeOf)],
            [.. Quotas, .. given[SupportingKind.ResourceQuota.Kind].Select(QuotaOf)]);
    }

    private static LimitRange RangeOf(SupportingObject given) => new() { Metadata = given.Metadata, Spec = new() { Limits = given.Spec?.Limits } };

    private static ResourceQuota QuotaOf(SupportingObject given) => new() { Metadata = given.Metadata, Spec = new() { Hard = given.Spec?.Hard } };
}
