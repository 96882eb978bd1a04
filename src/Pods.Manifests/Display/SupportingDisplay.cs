namespace Pods.Manifests;

/// <summary>ConfigMaps, Secrets and claims as rows, for kubectl and for <c>pods get</c>; a row never holds a value.</summary>
public static class SupportingDisplay
{
    public static string[] Columns(SupportingKind kind) =>
        kind == SupportingKind.Secret ? ["Name", "Type", "Data", "Age"]
        : kind == SupportingKind.Claim ? ["Name", "Status", "Capacity", "Access Modes", "Age"]
        : kind == SupportingKind.ResourceQuota ? ["Name", "Request", "Limit", "Age"]
        : kind == SupportingKind.LimitRange ? ["Name", "Age"] : ["Name", "Data", "Age"];

    public static string[] Cells(SupportingKind kind, SupportingObject found, DateTimeOffset now)
    {
        string count = ((found.Data?.Count ?? 0) + (found.BinaryData?.Count ?? 0)).ToString();
        string[] cells = kind == SupportingKind.Secret ? [found.Type ?? "", count]
            : kind == SupportingKind.ResourceQuota ? [Uses(found, isLimit: false), Uses(found, isLimit: true)]
            : kind == SupportingKind.LimitRange ? []
            : kind != SupportingKind.Claim ? [count]
            : [Phase(found), found.Status?.Capacity?.GetValueOrDefault("storage").ToString() ?? "", Modes(found)];
        return [found.Metadata?.Name ?? "", .. cells, Age.Since(found.Metadata?.CreationTimestamp, now)];
    }

    /// <summary>As kubectl shortens them: RWO,ROX.</summary>
    public static string Modes(SupportingObject claim) => string.Join(',', (claim.Spec?.AccessModes ?? []).Select(mode => mode switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        _ => mode,
    }));

    private static string Uses(SupportingObject quota, bool isLimit) => string.Join(", ", (quota.Status?.Hard ?? new Dictionary<string, Quantity>())
        .OrderBy(e => e.Key, StringComparer.Ordinal).Where(e => e.Key.StartsWith("limits.", StringComparison.Ordinal) == isLimit)
        .Select(e => $"{e.Key}: {quota.Status?.Used?.GetValueOrDefault(e.Key)}/{e.Value}"));

    private static string Phase(SupportingObject claim) =>
        claim.Metadata?.DeletionTimestamp is null ? claim.Status?.Phase ?? "" : "Terminating";
}
