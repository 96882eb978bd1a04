using System.Text.Json;
using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>Writes Deployments, DaemonSets or Jobs in the format that was asked for.</summary>
internal sealed class WorkloadPrinter(TextWriter output, OutputFormat format, WorkloadKind kind, bool withNamespace)
{
    public void Print(IReadOnlyList<Workload> items, bool isSingle, bool withHeader)
    {
        if (format.IsTable)
            PrintTable(items, withHeader);
        else if (format.Kind == "name")
            foreach (Workload found in items)
                output.WriteLine($"{kind.FullName}/{found.Metadata?.Name}");
        else
            PodPrinter.PrintDocument(Document(items, isSingle), format, output);
    }

    private void PrintTable(IReadOnlyList<Workload> items, bool withHeader)
    {
        string[] space = withNamespace ? ["NAMESPACE"] : [];
        Table table = new([.. space, .. WorkloadDisplay.Columns(kind).Select(c => c.ToUpperInvariant())]);
        foreach (Workload found in items)
            table.Add([
                .. withNamespace ? [found.Metadata?.Namespace ?? ""] : Array.Empty<string>(),
                .. WorkloadDisplay.Cells(found, TimeProvider.System.GetUtcNow()),
            ]);
        table.Write(output, withHeader);
    }

    private static JsonElement Document(IReadOnlyList<Workload> items, bool isSingle) => isSingle && items.Count == 1
        ? JsonSerializer.SerializeToElement(items[0], KubernetesJson.Default.Workload)
        : JsonSerializer.SerializeToElement(
            new WorkloadList { ApiVersion = "v1", Kind = "List", Items = items, Metadata = new() { ResourceVersion = "" } },
            KubernetesJson.Default.WorkloadList);
}
