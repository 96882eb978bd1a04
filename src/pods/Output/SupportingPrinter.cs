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
        string[] space = withNamespace ? ["NAMESPACE"] : [];
        Table table = new([.. space, .. SupportingDisplay.Columns(kind).Select(c => c.ToUpperInvariant())]);
        foreach (SupportingObject found in objects)
            table.Add([
                .. withNamespace ? [found.Metadata?.Namespace ?? ""] : Array.Empty<string>(),
                .. SupportingDisplay.Cells(kind, found, time.GetUtcNow()),
            ]);
        table.Write(output, withHeader);
    }

    private static JsonElement Document(IReadOnlyList<SupportingObject> objects, bool isSingle) => isSingle && objects.Count == 1
        ? JsonSerializer.SerializeToElement(objects[0], KubernetesJson.Default.SupportingObject)
        : JsonSerializer.SerializeToElement(
            new SupportingObjectList { ApiVersion = "v1", Kind = "List", Items = objects, Metadata = new() { ResourceVersion = "" } },
            KubernetesJson.Default.SupportingObjectList);
}
