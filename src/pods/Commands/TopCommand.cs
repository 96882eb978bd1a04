using System.CommandLine;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class TopCommand : VerbCommand
{
    private readonly Argument<string[]> _words = new("pod") { Description = "names of pods; all when none is given", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _containers = new("--containers") { Description = "a row for each container" };
    private readonly Option<bool> _all = new("--all-namespaces", "-A") { Description = "in every namespace" };
    private readonly Option<string?> _selector = new("--selector", "-l") { Description = "labels that the pods must have", HelpName = "labels" };
    private readonly Option<string?> _sort = new("--sort-by") { Description = "cpu or memory", HelpName = "column" };
    private readonly Option<bool> _noHeaders = new("--no-headers") { Description = "rows only" };

    public TopCommand(CommandContext context) : base(context, "top", "Show what pods use of processor and memory, now.")
    {
        Arguments.Add(_words);
        foreach (Option option in new Option[] { _containers, _all, _selector, _sort, _noHeaders })
            Options.Add(option);
        Examples = [("the largest first", "pods top --sort-by=memory"), ("each container of a pod", "pods top pod web --containers")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string sort = parsed.GetValue(_sort) ?? "";
        if (sort is not ("" or "cpu" or "memory"))
            throw new CliException($"error: --sort-by accepts only cpu or memory, not \"{sort}\"", CliException.Usage);
        string path = $"/apis/{PodMetrics.GroupVersion}" + (parsed.GetValue(_all) ? "/pods" : $"/namespaces/{Uri.EscapeDataString(Namespace(parsed))}/pods");
        if (parsed.GetValue(_selector) is { } labels)
            path += "?labelSelector=" + Uri.EscapeDataString(labels);
        IReadOnlyList<string> names = ResourceArguments.Names(parsed.GetValue(_words) ?? []);
        foreach (string name in names)
            await client.GetPodAsync(Namespace(parsed), name, cancel);
        PodMetricsList list = await client.GetAsync(path, KubernetesJson.Default.PodMetricsList, cancel);
        PodMetrics[] chosen = [.. (list.Items ?? []).Where(p => names.Count == 0 || names.Contains(p.Metadata!.Name!))];
        if (chosen.Length == 0)
            Error.WriteLine(parsed.GetValue(_all) ? "No resources found" : $"No resources found in {Namespace(parsed)} namespace.");
        else
            Write(chosen, sort, parsed);
        return 0;
    }

    private void Write(PodMetrics[] pods, string sort, ParseResult parsed)
    {
        bool perContainer = parsed.GetValue(_containers), withNamespace = parsed.GetValue(_all);
        Table table = new([
            .. withNamespace ? ["NAMESPACE"] : Array.Empty<string>(), .. perContainer ? ["POD", "NAME"] : new[] { "NAME" },
            "CPU(cores)", "MEMORY(bytes)",
        ]);
        var rows = perContainer
            ? pods.SelectMany(p => p.Containers!.Select(c => (Pod: p, Name: c.Name!, Cpu: Cpu(c), Memory: Memory(c))))
            : pods.Select(p => (Pod: p, Name: "", Cpu: p.Containers!.Sum(Cpu), Memory: p.Containers!.Sum(Memory)));
        rows = sort switch
        {
            "cpu" => rows.OrderByDescending(r => r.Cpu),
            "memory" => rows.OrderByDescending(r => r.Memory),
            _ => rows.OrderBy(r => (r.Pod.Metadata!.Namespace, r.Pod.Metadata.Name, r.Name)),
        };
        foreach (var (pod, name, cpu, memory) in rows)
            table.Add([
                .. withNamespace ? [pod.Metadata!.Namespace!] : Array.Empty<string>(), pod.Metadata!.Name!,
                .. perContainer ? [name] : Array.Empty<string>(), $"{cpu}m", $"{memory >> 20}Mi",
            ]);
        table.Write(Output, !parsed.GetValue(_noHeaders));
    }

    private static long Cpu(ContainerMetrics container) => container.Usage!.GetValueOrDefault("cpu").MilliValue;

    private static long Memory(ContainerMetrics container) => container.Usage!.GetValueOrDefault("memory").Value;
}
