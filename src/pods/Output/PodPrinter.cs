using System.Text.Encodings.Web;
using System.Text.Json;
using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>Writes pods in the format that was asked for.</summary>
internal sealed class PodPrinter(TextWriter output, OutputFormat format, PodTable table, bool single, bool headers)
{
    // No HTML is near: what a manifest says is shown as it is.
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Print(IReadOnlyList<Pod> pods)
    {
        switch (format.Kind)
        {
            case "name":
                foreach (Pod pod in pods)
                    output.WriteLine("pod/" + pod.Metadata?.Name);
                break;
            case "" or "wide":
                table.Write(pods, output, headers);
                break;
            default:
                PrintDocument(Document(pods), format, output);
                break;
        }
    }

    /// <summary>The whole of something as JSON, YAML or a template.</summary>
    public static void PrintDocument(JsonElement document, OutputFormat format, TextWriter output)
    {
        if (format.Kind == "yaml")
            YamlOutput.Write(document, output);
        else if (format.Kind == "jsonpath")
            output.Write(JsonPath.Render(format.Template, document));
        else
            PrintJson(document, output);
    }

    /// <summary>One pod of a watch: a row without header, or a document of its own.</summary>
    public void PrintChange(Pod pod)
    {
        if (format.IsTable)
            table.Write([pod], output, withHeader: false);
        else
            Print([pod]);
    }

    private JsonElement Document(IReadOnlyList<Pod> pods) => single && pods.Count == 1
        ? JsonSerializer.SerializeToElement(pods[0], KubernetesJson.Default.Pod)
        : JsonSerializer.SerializeToElement(
            new PodList { ApiVersion = "v1", Kind = "List", Items = pods, Metadata = new() { ResourceVersion = "" } },
            KubernetesJson.Default.PodList);

    private static void PrintJson(JsonElement document, TextWriter output)
    {
        using MemoryStream memory = new();
        using (Utf8JsonWriter writer = new(memory, Indented))
            document.WriteTo(writer);
        output.WriteLine(System.Text.Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length));
    }
}
