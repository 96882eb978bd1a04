using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>The page of <c>pods describe</c> for a ConfigMap, a Secret (sizes only), a claim, a LimitRange or a ResourceQuota.</summary>
internal static class SupportingDescription
{
    public static void Write(SupportingObject found, TextWriter output)
    {
        output.WriteLine($"Name:         {found.Metadata?.Name}");
        output.WriteLine($"Namespace:    {found.Metadata?.Namespace}");
        output.WriteLine($"Labels:       {Joined(found.Metadata?.Labels)}");
        output.WriteLine($"Annotations:  {Joined(found.Metadata?.Annotations)}");
        if (found.Kind == SupportingKind.Claim.Kind)
            WriteClaim(found, output);
        else if (found.Kind == SupportingKind.Secret.Kind)
            WriteSecret(found, output);
        else if (found.Kind == SupportingKind.ResourceQuota.Kind)
            WriteQuota(found, output);
        else if (found.Kind == SupportingKind.LimitRange.Kind)
            WriteLimits(found, output);
        else
            WriteConfigMap(found, output);
    }

    private static void WriteClaim(SupportingObject claim, TextWriter output)
    {
        output.WriteLine($"Status:       {claim.Status?.Phase}");
        output.WriteLine($"Capacity:     {claim.Status?.Capacity?.GetValueOrDefault("storage")}");
        output.WriteLine($"Access Modes: {SupportingDisplay.Modes(claim)}");
    }

    private static void WriteQuota(SupportingObject quota, TextWriter output)
    {
        Table table = new(["Resource", "Used", "Hard"]);
        foreach (var (name, hard) in (quota.Status?.Hard ?? new Dictionary<string, Quantity>()).OrderBy(e => e.Key, StringComparer.Ordinal))
            table.Add([name, (quota.Status?.Used?.GetValueOrDefault(name) ?? default).ToString(), hard.ToString()]);
        table.Write(output, withHeader: true);
    }

    private static void WriteLimits(SupportingObject range, TextWriter output)
    {
        Table table = new(["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"]);
        foreach (LimitRangeItem item in range.Spec?.Limits ?? [])
        {
            IReadOnlyDictionary<string, Quantity>?[] columns = [item.Min, item.Max, item.DefaultRequest, item.Default, item.MaxLimitRequestRatio];
            foreach (string name in columns.SelectMany(c => c?.Keys ?? []).Distinct().Order(StringComparer.Ordinal))
                table.Add([item.Type ?? "", name, .. columns.Select(c => Shown(c, name))]);
        }
        table.Write(output, withHeader: true);
    }

    private static string Shown(IReadOnlyDictionary<string, Quantity>? amounts, string name) =>
        amounts?.TryGetValue(name, out Quantity amount) == true ? amount.ToString() : "-";

    private static void WriteSecret(SupportingObject secret, TextWriter output)
    {
        output.WriteLine($"\nType:  {secret.Type}\n\nData\n====");
        IReadOnlyDictionary<string, byte[]> content = secret.Content();
        int width = content.Keys.Select(k => k.Length + 1).DefaultIfEmpty().Max();
        foreach (var (key, value) in content)
            output.WriteLine($"{(key + ":").PadRight(width)}  {value.Length} bytes");
    }

    private static void WriteConfigMap(SupportingObject map, TextWriter output)
    {
        output.WriteLine("\nData\n====");
        foreach (var (key, value) in (map.Data ?? new Dictionary<string, string>()).OrderBy(e => e.Key, StringComparer.Ordinal))
            output.WriteLine($"{key}:\n----\n{value}\n");
        output.WriteLine("BinaryData\n====");
        foreach (string key in (map.BinaryData ?? new Dictionary<string, string>()).Keys.Order(StringComparer.Ordinal))
            output.WriteLine($"{key}: {map.Content()[key].Length} bytes");
    }

    private static string Joined(IReadOnlyDictionary<string, string>? entries) => entries is not { Count: > 0 } ? "<none>"
        : string.Join(',', entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));
}
