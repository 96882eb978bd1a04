using System.CommandLine;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class GetCommand : VerbCommand
{
    private readonly Argument<string[]> _words = new("pod") { Description = "names of pods; all when none is given", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "wide, yaml, json, name or jsonpath=TEMPLATE", HelpName = "format" };
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "go on and print every change" };
    private readonly Option<string?> _selector = new("--selector", "-l") { Description = "labels that the pods must have", HelpName = "labels" };
    private readonly Option<string?> _fields = new("--field-selector") { Description = "fields that the pods must have, such as status.phase=Running", HelpName = "fields" };
    private readonly Option<bool> _all = new("--all-namespaces", "-A") { Description = "in every namespace" };
    private readonly Option<bool> _noHeaders = new("--no-headers") { Description = "rows only" };
    private readonly Option<bool> _showLabels = new("--show-labels") { Description = "a column with the labels" };

    public GetCommand(CommandContext context) : base(context, "get", "List pods, deployments, daemonsets, jobs, configmaps, secrets, persistentvolumeclaims, limitranges, resourcequotas.")
    {
        Arguments.Add(_words);
        foreach (Option option in new Option[] { _output, _watch, _selector, _fields, _all, _noHeaders, _showLabels })
            Options.Add(option);
        Examples =
        [
            ("all pods, with their addresses", "pods get -o wide"),
            ("one pod as YAML", "pods get web -o yaml"),
            ("every change of the pods with a label", "pods get -w -l app=web"),
            ("the deployments of every namespace", "pods get deploy -A"),
            ("the secrets, without their values", "pods get secrets"),
            ("one value", "pods get web -o jsonpath={.status.podIP}"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        OutputFormat format = OutputFormat.Parse(parsed.GetValue(_output));
        if (ResourceArguments.Supporting(parsed.GetValue(_words) ?? []) is { } supporting)
            return await PrintObjectsAsync(client, parsed, supporting.Kind, supporting.Names, format, cancel);
        if (ResourceArguments.Workloads(parsed.GetValue(_words) ?? []) is { } workloads)
            return await PrintWorkloadsAsync(new(client), parsed, workloads.Kind, workloads.Names, format, cancel);
        IReadOnlyList<string> names = ResourceArguments.Names(parsed.GetValue(_words) ?? []);
        PodQuery query = new()
        {
            Namespace = parsed.GetValue(_all) ? null : Namespace(parsed),
            LabelSelector = parsed.GetValue(_selector),
            FieldSelector = names.Count == 1 && parsed.GetValue(_watch) ? $"metadata.name={names[0]}" : parsed.GetValue(_fields),
        };
        PodPrinter printer = new(Output, format, TableOf(parsed, format), single: names.Count == 1, headers: !parsed.GetValue(_noHeaders));
        if (names.Count > 0 && !parsed.GetValue(_watch))
            return await PrintNamedAsync(client, names, Namespace(parsed), printer, cancel);
        PodList list = await client.ListPodsAsync(query, cancel);
        if (format.IsTable)
            await WarnOfManifestsAsync(client, cancel);
        if (list.Items is not { Count: > 0 } && !parsed.GetValue(_watch) && format.IsTable)
            Error.WriteLine(query.Namespace is null ? "No resources found" : $"No resources found in {query.Namespace} namespace.");
        else
            printer.Print(list.Items ?? []);
        if (parsed.GetValue(_watch))
            await WatchAsync(client, query, list.Metadata?.ResourceVersion, printer, cancel);
        return 0;
    }

    /// <summary>A static manifest that is broken has no row: its pod is missing, or is as it was.</summary>
    private async Task WarnOfManifestsAsync(PodsClient client, CancellationToken cancel)
    {
        StaticManifestList? manifests = await client.FindAsync("/pods/v1/manifests", KubernetesJson.Default.StaticManifestList, cancel);
        foreach (StaticManifestStatus broken in manifests?.Items?.Where(m => m.Error is not null) ?? [])
            Error.WriteLine($"Warning: manifest {broken.File} is not applied: {broken.Error}");
    }

    private async Task<int> PrintObjectsAsync(
        PodsClient client, ParseResult parsed, SupportingKind kind, IReadOnlyList<string> names, OutputFormat format, CancellationToken cancel)
    {
        if (parsed.GetValue(_watch))
            throw new CliException($"error: {kind.Plural} cannot be watched", CliException.Usage);
        SupportingPrinter printer = new(Output, format, kind, parsed.GetValue(_all), TimeProvider.System);
        if (names.Count == 0)
        {
            string path = PodsClient.ObjectsPath(kind, parsed.GetValue(_all) ? null : Namespace(parsed));
            if (parsed.GetValue(_selector) is { } labels)
                path += "?labelSelector=" + Uri.EscapeDataString(labels);
            SupportingObjectList list = await client.GetAsync(path, KubernetesJson.Default.SupportingObjectList, cancel);
            if (list.Items is not { Count: > 0 } && format.IsTable)
                Error.WriteLine(parsed.GetValue(_all) ? "No resources found" : $"No resources found in {Namespace(parsed)} namespace.");
            else
                printer.Print(list.Items ?? [], isSingle: false, withHeader: !parsed.GetValue(_noHeaders));
            return 0;
        }
        List<SupportingObject> found = [];
        foreach (string name in names)
            found.Add(await client.GetAsync(
                PodsClient.ObjectPath(kind, Namespace(parsed), name), KubernetesJson.Default.SupportingObject, cancel));
        printer.Print(found, isSingle: names.Count == 1, withHeader: !parsed.GetValue(_noHeaders));
        return 0;
    }

    private async Task<int> PrintWorkloadsAsync(
        WorkloadClient client, ParseResult parsed, WorkloadKind kind, IReadOnlyList<string> names, OutputFormat format, CancellationToken cancel)
    {
        if (parsed.GetValue(_watch))
            throw new CliException($"error: {kind.Plural} cannot be watched; watch their pods", CliException.Usage);
        string? space = parsed.GetValue(_all) ? null : Namespace(parsed);
        List<Workload> found = [];
        if (names.Count == 0)
            found.AddRange(await client.ListAsync(kind, space, parsed.GetValue(_selector), cancel));
        foreach (string name in names)
            found.Add(await client.GetAsync(kind, Namespace(parsed), name, cancel));
        if (found.Count == 0 && format.IsTable)
            Error.WriteLine(space is null ? "No resources found" : $"No resources found in {space} namespace.");
        else
            new WorkloadPrinter(Output, format, kind, space is null).Print(found, names.Count == 1, !parsed.GetValue(_noHeaders));
        return 0;
    }

    private PodTable TableOf(ParseResult parsed, OutputFormat format) =>
        new(format.IsWide, parsed.GetValue(_all), parsed.GetValue(_showLabels), TimeProvider.System);

    private async Task<int> PrintNamedAsync(
        PodsClient client, IReadOnlyList<string> names, string space, PodPrinter printer, CancellationToken cancel)
    {
        List<Pod> found = [];
        int exitCode = 0;
        foreach (string name in names)
        {
            if (await client.FindPodAsync(space, name, cancel) is { } pod)
            {
                found.Add(pod);
                continue;
            }
            Error.WriteLine($"Error from server (NotFound): pods \"{name}\" not found");
            exitCode = CliException.Failed;
        }
        if (found.Count > 0)
            printer.Print(found);
        return exitCode;
    }

    private static async Task WatchAsync(
        PodsClient client, PodQuery query, string? version, PodPrinter printer, CancellationToken cancel)
    {
        await foreach (WatchEvent<JsonElement> change in client.WatchPodsAsync(query, version, cancel))
        {
            if (change.Type == "ERROR")
                throw ServerErrors.ToException(410, JsonSerializer.SerializeToUtf8Bytes(change.Object, KubernetesJson.Default.JsonElement));
            if (change.Type != "BOOKMARK")
                printer.PrintChange(change.Object.Deserialize(KubernetesJson.Default.Pod)!);
        }
    }
}
