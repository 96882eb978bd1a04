using System.CommandLine;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class ImagesCommand : VerbCommand
{
    public ImagesCommand(CommandContext context) : base(context, "images", "List the images of this machine.") =>
        Examples = [("all images", "pods images")];

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        ImageList list = await client.GetAsync("/pods/v1/images", KubernetesJson.Default.ImageList, cancel);
        Table table = new("IMAGE", "IMAGE ID", "SIZE");
        foreach (ImageSummary image in list.Items ?? [])
            foreach (string name in image.Names is { Count: > 0 } names ? names : ["<none>"])
                table.Add(name, ShortId(image.Id), Bytes.Short(image.Size));
        table.Write(Output);
        return 0;
    }

    private static string ShortId(string? id) => id?.Split(':')[^1] is { Length: >= 13 } hex ? hex[..13] : id ?? "";
}
