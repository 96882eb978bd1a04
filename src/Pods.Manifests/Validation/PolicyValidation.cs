namespace Pods.Manifests.Validation;

/// <summary>Rules for LimitRanges and ResourceQuotas, from the operator's files or over the API.</summary>
internal static class PolicyValidation
{
    private static readonly string[] s_resources = ["cpu", "ephemeral-storage", "memory"];
    private static readonly string[] s_quotas =
    [
        "count/pods", "cpu", "ephemeral-storage", "limits.cpu", "limits.ephemeral-storage", "limits.memory", "memory", "pods", "requests.cpu",
        "requests.ephemeral-storage", "requests.memory",
    ];

    public static void Check(ObjectMeta? metadata, IReadOnlyList<LimitRangeItem>? limits, Findings found)
    {
        found.RequiredName("metadata.name", metadata?.Name, Names.DnsSubdomain);
        for (int i = 0; i < (limits?.Count ?? 0); i++)
            Check($"spec.limits[{i}]", limits![i], found);
    }

    public static void Check(ObjectMeta? metadata, IReadOnlyDictionary<string, Quantity>? hard, Findings found)
    {
        found.RequiredName("metadata.name", metadata?.Name, Names.DnsSubdomain);
        foreach (var (name, most) in hard ?? new Dictionary<string, Quantity>())
            if (!s_quotas.Contains(name))
                found.Add(ManifestError.NotSupported($"spec.hard[{name}]", name, s_quotas));
            else if (most.MilliValue < 0)
                found.Add(ManifestError.Invalid($"spec.hard[{name}]", most.ToString(), "must be greater than or equal to 0"));
    }

    private static void Check(string path, LimitRangeItem item, Findings found)
    {
        if (found.Required(path + ".type", item.Type))
            found.OneOf(path + ".type", item.Type, "Container", "Pod");
        foreach (var (field, amounts) in new[] { ("default", item.Default), ("defaultRequest", item.DefaultRequest) })
            if (item.Type == "Pod" && amounts is not null)
                found.Add(ManifestError.Forbidden($"{path}.{field}", "may not be specified when `type` is 'Pod'"));
        foreach (var (field, amounts) in new[]
        {
            ("max", item.Max), ("min", item.Min), ("default", item.Default), ("defaultRequest", item.DefaultRequest),
            ("maxLimitRequestRatio", item.MaxLimitRequestRatio),
        })
            foreach (string name in (amounts?.Keys ?? []).Where(name => !s_resources.Contains(name)))
                found.Add(ManifestError.NotSupported($"{path}.{field}[{name}]", name, s_resources));
        CheckOrder(path, "min", item.Min, "max", item.Max, found);
        CheckOrder(path, "default", item.Default, "max", item.Max, found);
        CheckOrder(path, "defaultRequest", item.DefaultRequest, "default", item.Default, found);
        CheckOrder(path, "defaultRequest", item.DefaultRequest, "max", item.Max, found);
    }

    private static void CheckOrder(string path, string field, IReadOnlyDictionary<string, Quantity>? lower,
        string other, IReadOnlyDictionary<string, Quantity>? upper, Findings found)
    {
        foreach (var (name, amount) in lower ?? new Dictionary<string, Quantity>())
            if (upper?.TryGetValue(name, out Quantity most) == true && amount > most)
                found.Add(ManifestError.Invalid($"{path}.{field}[{name}]", amount.ToString(), $"{Words(field)} value {amount} is greater than {Words(other)} value {most}"));
    }

    // The API server's words.
    private static string Words(string field) => field switch
    {
        "defaultRequest" => "default request",
        "default" => "default",
        _ => field,
    };
}
