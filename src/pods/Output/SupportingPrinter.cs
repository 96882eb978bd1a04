using System.Text.Json;
using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>Writes ConfigMaps, Secrets, claims or policies in the format that was asked for; a table never holds a value.</summary>
internal sealed class SupportingPrinter(TextWriter output, OutputFormat format, SupportingKind kind, bool withNamespace, TimeProvider time)
{
    public void Print(IReadOnlyList<SupportingObject> objects, bool isSingle, bool withHeader)
    {
        if (format.IsTable)
            PrintTable(objects, withHeader);
        else if (format.Kind == "name")
            foreach (SupportingObject found in objects)
                output.WriteLine($"{kind.Singular}/{found.Metadata?.Name}");
        else
            PodPrinter.PrintDocument(Document(objects, isSingle), format, output);
    }

    private void PrintTable(IReadOnlyList<SupportingObject> objects, bool withHeader)
    {
        string[] columns = kind == SupportingKind.Secret ? ["TYPE", "DATA"]
            : kind == SupportingKind.Claim ? ["STATUS", "CAPACITY", "ACCESS MODES"]
            : kind == SupportingKind.ResourceQuota ? ["REQUEST", "LIMIT"]
            : kind == SupportingKind.LimitRange ? [] : ["DATA"];
        Table table = new([.. withNamespace ? ["NAMESPACE"] : Array.Empty<string>(), "NAME", .. columns, "AGE"]);
        foreach (SupportingObject found in objects)
            table.Add([
                .. withNamespace ? [found.Metadata?.Namespace ?? ""] : Array.Empty<string>(), found.Metadata?.Name ?? "", .. Cells(found),
                Age.Since(found.Metadata?.CreationTimestamp, time.GetUtcNow()),
            ]);
        table.Write(output, withHeader);
    }

    private string[] Cells(SupportingObject found)
    {
        string count = ((found.Data?.Count ?? 0) + (found.BinaryData?.Count ?? 0)).ToString();
        return kind == SupportingKind.Secret ? [found.Type ?? "", count]
            : kind == SupportingKind.ResourceQuota ? [Uses(found, isLimit: false), Uses(found, isLimit: true)]
            : kind == SupportingKind.LimitRange ? []
            : kind != SupportingKind.Claim ? [count]
            : [Phase(found), found.Status?.Capacity?.GetValueOrDefault("storage").ToString() ?? "", SupportingDescription.Modes(found)];
    }

    private static string Uses(SupportingObject quota, bool isLimit) => string.Join(", ", (quota.Status?.Hard ?? new Dictionary<string, Quantity>())
        .OrderBy(e => e.Key, StringComparer.Ordinal).Where(e => e.Key.StartsWith("limits.", StringComparison.Ordinal) == isLimit)
        .Select(e => $"{e.Key}: {quota.Status?.Used?.GetValueOrDefault(e.Key)}/{e.Value}"));

    private static string Phase(SupportingObject claim) =>
        claim.Metadata?.DeletionTimestamp is null ? claim.Status?.Phase ?? "" : "Terminating";

    private static JsonElement Document(IReadOnlyList<SupportingObject> objects, bool isSingle) => isSingle && objects.Count == 1
        ? JsonSerializer.SerializeToElement(objects[0], KubernetesJson.Default.SupportingObject)
        : JsonSerializer.SerializeToElement(
            new SupportingObjectList { ApiVersion = "v1", Kind = "List", Items = objects, Metadata = new() { ResourceVersion = "" } },
            KubernetesJson.Default.SupportingObjectList);
}
