using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class LogsCommand : VerbCommand
{
    private readonly Argument<string> _pod = new("pod") { Description = "the pod's name" };
    private readonly Argument<string?> _containerArgument = new("container") { Description = "the container's name", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "the container; the first when absent", HelpName = "name" };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "go on with new lines" };
    private readonly Option<bool> _previous = new("--previous", "-p") { Description = "of the run before the last restart" };
    private readonly Option<string?> _since = new("--since") { Description = "no older than this, such as 5m", HelpName = "duration" };
    private readonly Option<string?> _sinceTime = new("--since-time") { Description = "no older than this RFC 3339 time", HelpName = "time" };
    private readonly Option<long?> _tail = new("--tail") { Description = "the last lines only", HelpName = "lines" };
    private readonly Option<bool> _timestamps = new("--timestamps") { Description = "with the time in front of each line" };
    private readonly Option<bool> _all = new("--all-containers") { Description = "of every container" };

    public LogsCommand(CommandContext context) : base(context, "logs", "Print what a container wrote.")
    {
        Arguments.Add(_pod);
        Arguments.Add(_containerArgument);
        foreach (Option option in new Option[] { _container, _follow, _previous, _since, _sinceTime, _tail, _timestamps, _all })
            Options.Add(option);
        Examples =
        [
            ("follow the last ten lines", "pods logs web -f --tail=10"),
            ("why the container ended before it was restarted", "pods logs web -c app --previous"),
            ("the last five minutes, with times", "pods logs web --since=5m --timestamps"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string space = Namespace(parsed), name = ResourceArguments.Name(parsed.GetValue(_pod)!);
        Pod pod = await client.GetPodAsync(space, name, cancel);
        string[] containers = parsed.GetValue(_all)
            ? [.. (pod.Spec?.InitContainers ?? []).Concat(pod.Spec?.Containers ?? []).Select(c => c.Name!)]
            : [parsed.GetValue(_container) ?? parsed.GetValue(_containerArgument) ?? DefaultContainer.Of(pod, Error)];
        if (containers is [var single])
        {
            await CopyBytesAsync(client, PodsClient.PodPath(space, name) + Query(parsed, single), cancel);
            return 0;
        }
        Task[] copies = [.. containers.Select(c => CopyAsync(client, PodsClient.PodPath(space, name) + Query(parsed, c), cancel))];
        await Task.WhenAll(copies);
        return 0;
    }

    /// <summary>One container's output as it was written, in whatever encoding.</summary>
    private async Task CopyBytesAsync(PodsClient client, string path, CancellationToken cancel)
    {
        await using Stream log = await client.OpenAsync(HttpMethod.Get, path, null, cancel);
        await using Stream output = Context.Terminals.OpenOutput();
        await log.CopyToAsync(output, cancel);
    }

    /// <summary>Whole lines, so that those of several containers do not mix.</summary>
    private async Task CopyAsync(PodsClient client, string path, CancellationToken cancel)
    {
        await using Stream log = await client.OpenAsync(HttpMethod.Get, path, null, cancel);
        using StreamReader lines = new(log);
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            lock (Output)
                Output.WriteLine(line);
        }
    }

    private string Query(ParseResult parsed, string container)
    {
        List<string> parts = ["container=" + Uri.EscapeDataString(container)];
        if (parsed.GetValue(_follow))
            parts.Add("follow=true");
        if (parsed.GetValue(_previous))
            parts.Add("previous=true");
        if (parsed.GetValue(_timestamps))
            parts.Add("timestamps=true");
        if (parsed.GetValue(_since) is { } since)
            parts.Add("sinceSeconds=" + (long)Math.Ceiling(Durations.Parse(since).TotalSeconds));
        if (parsed.GetValue(_sinceTime) is { } time)
            parts.Add("sinceTime=" + Uri.EscapeDataString(time));
        if (parsed.GetValue(_tail) is { } tail and >= 0)
            parts.Add("tailLines=" + tail);
        return "/log?" + string.Join('&', parts);
    }
}

/// <summary>The container that is meant when none is named: the annotated one, or the first.</summary>
internal static class DefaultContainer
{
    public static string Of(Pod pod, TextWriter error)
    {
        if (pod.Metadata?.Annotations?.TryGetValue("kubectl.kubernetes.io/default-container", out string? annotated) == true)
            return annotated;
        string[] names = [.. (pod.Spec?.Containers ?? []).Select(c => c.Name!)];
        if (names.Length > 1)
            error.WriteLine($"Defaulted container \"{names[0]}\" out of: {string.Join(", ", names)}");
        return names[0];
    }
}
