using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class CopyCommand : VerbCommand
{
    private readonly Argument<string> _from = new("from") { Description = "POD:PATH, or a local path" };
    private readonly Argument<string> _to = new("to") { Description = "a local path, or POD:PATH" };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "the container; the first when absent", HelpName = "name" };

    public CopyCommand(CommandContext context) : base(context, "cp", "Copy files and directories into and out of a container; its image needs no tar.")
    {
        Arguments.Add(_from);
        Arguments.Add(_to);
        Options.Add(_container);
        Examples =
        [
            ("a file out of the container", "pods cp web:/etc/nginx/nginx.conf nginx.conf"),
            ("a directory into it", "pods cp site web:/usr/share/nginx/html -c app"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        var from = Place(parsed.GetValue(_from)!);
        var to = Place(parsed.GetValue(_to)!);
        if (from.Pod is null == to.Pod is null)
            throw new CliException("error: one of the two is POD:PATH, and the other a local path", CliException.Usage);
        string name = ResourceArguments.Name(from.Pod ?? to.Pod!);
        Pod pod = await client.GetPodAsync(Namespace(parsed), name, cancel);
        string container = parsed.GetValue(_container) ?? DefaultContainer.Of(pod, Error);
        string remote = from.Pod is null ? to.Path : from.Path;
        if (!remote.StartsWith('/'))
            throw new CliException($"error: \"{remote}\": the path in a container is absolute", CliException.Usage);
        string files = $"{PodsClient.OwnPodPath(Namespace(parsed), name)}/files?container={Uri.EscapeDataString(container)}&path=";
        if (from.Pod is null)
            await UploadAsync(client, files, from.Path, remote, cancel);
        else
            await DownloadAsync(client, files + Uri.EscapeDataString(remote), to.Path, cancel);
        return 0;
    }

    private static async Task DownloadAsync(PodsClient client, string request, string target, CancellationToken cancel)
    {
        await using Stream archive = await client.OpenAsync(HttpMethod.Get, request, null, cancel);
        // An existing directory takes it under its own name; else the last word of the path is the new name.
        if (Directory.Exists(target))
            await LocalArchive.ExtractAsync(archive, target, rename: null, cancel);
        else
        {
            string full = Path.GetFullPath(target);
            await LocalArchive.ExtractAsync(archive, Path.GetDirectoryName(full)!, rename: Path.GetFileName(full.TrimEnd('/')), cancel);
        }
    }

    private static async Task UploadAsync(PodsClient client, string files, string source, string target, CancellationToken cancel)
    {
        if (!Path.Exists(source))
            throw new CliException($"error: \"{source}\": no such file or directory");
        string own = Path.GetFileName(Path.GetFullPath(source).TrimEnd('/'));
        bool isInside = target.EndsWith('/') || await IsDirectoryAsync(client, files, target, cancel);
        string directory = isInside ? target : Path.GetDirectoryName(target)!;
        string name = isInside ? own : Path.GetFileName(target);
        using HttpContent body = new ArchiveContent(source, name);
        // However long it is; but not to a podsd that does not answer at all.
        await client.GetAsync("/version", KubernetesJson.Default.NodeVersion, cancel);
        await client.PutAsync(
            files + Uri.EscapeDataString(directory), body, KubernetesJson.Default.ApiStatus, cancel, Timeout.InfiniteTimeSpan);
    }

    private static async Task<bool> IsDirectoryAsync(PodsClient client, string files, string path, CancellationToken cancel) =>
        (await client.GetAsync(files + Uri.EscapeDataString(path) + "&stat=true", KubernetesJson.Default.FileKindAnswer, cancel)).Kind == "Directory";

    /// <summary>A colon after a slash belongs to a local path.</summary>
    private static (string? Pod, string Path) Place(string text)
    {
        int colon = text.IndexOf(':');
        return colon <= 0 || text.StartsWith('.') || text[..colon].StartsWith('/') ? (null, text) : (text[..colon], text[(colon + 1)..]);
    }
}
