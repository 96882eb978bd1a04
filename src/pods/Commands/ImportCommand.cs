using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class ImportCommand : VerbCommand
{
    private readonly Argument<string> _file = new("file") { Description = "an OCI or docker archive, or standard input (-)" };

    public ImportCommand(CommandContext context) : base(context, "import", "Put the images of an archive into containerd.")
    {
        Arguments.Add(_file);
        Examples =
        [
            ("what docker save or skopeo wrote", "pods import image.tar"),
            ("straight from another machine", "ssh other docker save app:1 | pods import -"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        await using Stream archive = Open(parsed.GetValue(_file)!);
        using StreamContent body = new(archive);
        // However long the archive is; but not to a podsd that does not answer at all.
        await client.GetAsync("/version", KubernetesJson.Default.NodeVersion, cancel);
        ImportResult result = await client.PostAsync(
            "/pods/v1/images/import", body, KubernetesJson.Default.ImportResult, cancel, Timeout.InfiniteTimeSpan);
        foreach (string name in result.Names ?? [])
            Output.WriteLine($"imported {name}");
        return 0;
    }

    private static Stream Open(string path)
    {
        try
        {
            return path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"error: cannot read \"{path}\": {e.Message}");
        }
    }
}
