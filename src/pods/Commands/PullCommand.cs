using System.CommandLine;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class PullCommand : VerbCommand
{
    private readonly Argument<string> _image = new("image") { Description = "the image's reference" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "no progress, only the image's digest" };

    private readonly Option<string?> _credentials = new("--creds-file")
    {
        Description = "a docker config.json with the registry's credentials, for this pull alone",
        HelpName = "path",
    };

    public PullCommand(CommandContext context) : base(context, "pull", "Pull an image.")
    {
        Arguments.Add(_image);
        Options.Add(_quiet);
        Options.Add(_credentials);
        Examples =
        [
            ("an image, with progress", "pods pull registry.example/app:1"),
            ("one of a registry that asks who you are", "pods pull registry.example/app:1 --creds-file ~/.docker/config.json"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string reference = parsed.GetValue(_image)!;
        PullRequestBody request = new() { Reference = reference, DockerConfig = Credentials(parsed.GetValue(_credentials)) };
        using HttpContent body = PodsClient.Json(request, KubernetesJson.Default.PullRequestBody);
        await using Stream answer = await client.OpenAsync(HttpMethod.Post, "/pods/v1/images/pull", body, cancel);
        ImageSummary image = await PullProgressView.ShowAsync(Events(answer, cancel), Context.Terminals, parsed.GetValue(_quiet));
        Output.WriteLine(parsed.GetValue(_quiet) ? image.Digest : $"pulled {reference}: {image.Digest} ({Bytes.Short(image.Size)})");
        return 0;
    }

    private static string? Credentials(string? path)
    {
        try
        {
            return path is null ? null : Convert.ToBase64String(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"error: cannot read \"{path}\": {e.Message}");
        }
    }

    private static async IAsyncEnumerable<PullEvent> Events(
        Stream answer, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using StreamReader lines = new(answer);
        while (await lines.ReadLineAsync(cancel) is { } line)
            if (line.Length > 0)
                yield return JsonSerializer.Deserialize(line, KubernetesJson.Default.PullEvent)!;
    }
}
