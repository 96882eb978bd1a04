using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class EventsCommand : VerbCommand
{
    private readonly Argument<string?> _object = new("object") { Description = "a pod, or KIND/NAME; everything when absent", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _for = new("--for") { Description = "the same as KIND/NAME", HelpName = "object" };
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "go on and print what happens" };
    private readonly Option<bool> _all = new("--all-namespaces", "-A") { Description = "in every namespace" };
    private readonly Option<string?> _types = new("--types") { Description = "Normal, Warning or both with a comma", HelpName = "types" };
    private readonly Option<bool> _noHeaders = new("--no-headers") { Description = "rows only" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "wide, yaml or json", HelpName = "format" };

    public EventsCommand(CommandContext context) : base(context, "events", "Show what happened to pods: starts, pulls, failed probes, back-off.")
    {
        Arguments.Add(_object);
        foreach (Option option in new Option[] { _for, _watch, _all, _types, _noHeaders, _output })
            Options.Add(option);
        Examples =
        [
            ("what happened in the namespace", "pods events"),
            ("what happens to one pod, as it happens", "pods events web -w"),
            ("what went wrong anywhere", "pods events -A --types=Warning"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        OutputFormat format = OutputFormat.Parse(parsed.GetValue(_output));
        string path = PathOf(parsed);
        ObjectEventList list = await client.GetAsync(path, KubernetesJson.Default.ObjectEventList, cancel);
        HashSet<string>? types = parsed.GetValue(_types) is { } chosen ? [.. chosen.Split(',')] : null;
        ObjectEvent[] events = [.. (list.Items ?? []).Where(e => types is null || types.Contains(e.Type!))];
        if (!format.IsTable)
            PodPrinter.PrintDocument(
                JsonSerializer.SerializeToElement(list with { Items = events }, KubernetesJson.Default.ObjectEventList), format, Output);
        else if (events.Length == 0 && !parsed.GetValue(_watch))
            Error.WriteLine(parsed.GetValue(_all) ? "No events found." : $"No events found in {Namespace(parsed)} namespace.");
        else
            EventTable.Write(events, Output, parsed.GetValue(_all), withHeader: !parsed.GetValue(_noHeaders));
        if (!parsed.GetValue(_watch))
            return 0;
        Output.Flush();
        await foreach (ObjectEvent happened in WatchAsync(client, path, list.Metadata?.ResourceVersion, cancel))
        {
            if (types?.Contains(happened.Type!) == false)
                continue;
            EventTable.Write([happened], Output, parsed.GetValue(_all), withHeader: false);
            Output.Flush();
        }
        return 0;
    }

    private string PathOf(ParseResult parsed)
    {
        string path = parsed.GetValue(_all) ? "/api/v1/events" : $"/api/v1/namespaces/{Uri.EscapeDataString(Namespace(parsed))}/events";
        if ((parsed.GetValue(_object) ?? parsed.GetValue(_for)) is not { } about)
            return path;
        string[] words = about.Split('/', 2);
        string kind = words.Length == 1 ? Pod.ObjectKind : EventTable.KindOf(words[0]);
        return $"{path}?fieldSelector=" + Uri.EscapeDataString($"involvedObject.kind={kind},involvedObject.name={words[^1]}");
    }

    private static async IAsyncEnumerable<ObjectEvent> WatchAsync(
        PodsClient client, string path, string? version, [EnumeratorCancellation] CancellationToken cancel)
    {
        string query = $"{path}{(path.Contains('?') ? '&' : '?')}watch=true&resourceVersion={version}";
        await foreach (WatchEvent change in client.WatchAsync(query, cancel))
            if (change.Object.Deserialize(KubernetesJson.Default.ObjectEvent) is { } happened)
                yield return happened;
    }
}
