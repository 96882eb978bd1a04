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
        PodQuery query = Query(parsed, names);
        PodPrinter printer = new(Output, format, TableOf(parsed, format), single: names.Count == 1, headers: !parsed.GetValue(_noHeaders));
        if (names.Count > 0 && !parsed.GetValue(_watch))
            return await PrintNamedAsync(client, names, Namespace(parsed), printer, cancel);
        PodList list = await client.ListPodsAsync(query, cancel);
        if (format.IsTable)
            await WarnOfManifestsAsync(client, cancel);
        if (!TellOfNone(parsed, format, list.Items?.Count ?? 0))
            printer.Print(list.Items ?? []);
        if (parsed.GetValue(_watch))
            await WatchAsync(client, query.Path(watch: true, list.Metadata?.ResourceVersion),
                change => printer.PrintChange(change.Deserialize(KubernetesJson.Default.Pod)!), cancel);
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
        SupportingPrinter printer = new(Output, format, kind, parsed.GetValue(_all), TimeProvider.System);
        bool withHeader = !parsed.GetValue(_noHeaders);
        if (names.Count > 0 && !parsed.GetValue(_watch))
        {
            List<SupportingObject> found = [];
            foreach (string name in names)
                found.Add(await client.GetAsync(
                    PodsClient.ObjectPath(kind, Namespace(parsed), name), KubernetesJson.Default.SupportingObject, cancel));
            printer.Print(found, isSingle: names.Count == 1, withHeader);
            return 0;
        }
        PodQuery query = Query(parsed, names);
        string path = PodsClient.ObjectsPath(kind, query.Namespace);
        SupportingObjectList list = await client.GetAsync(query.Path(path), KubernetesJson.Default.SupportingObjectList, cancel);
        if (!TellOfNone(parsed, format, list.Items?.Count ?? 0))
            printer.Print(list.Items ?? [], isSingle: false, withHeader);
        if (parsed.GetValue(_watch))
            await WatchAsync(client, query.Path(path, watch: true, list.Metadata?.ResourceVersion),
                change => printer.Print([change.Deserialize(KubernetesJson.Default.SupportingObject)!], isSingle: true, withHeader: false), cancel);
        return 0;
    }

    private async Task<int> PrintWorkloadsAsync(
        WorkloadClient client, ParseResult parsed, WorkloadKind kind, IReadOnlyList<string> names, OutputFormat format, CancellationToken cancel)
    {
        WorkloadPrinter printer = new(Output, format, kind, parsed.GetValue(_all));
        bool withHeader = !parsed.GetValue(_noHeaders);
        if (names.Count > 0 && !parsed.GetValue(_watch))
        {
            List<Workload> found = [];
            foreach (string name in names)
                found.Add(await client.GetAsync(kind, Namespace(parsed), name, cancel));
            printer.Print(found, names.Count == 1, withHeader);
            return 0;
        }
        PodQuery query = Query(parsed, names);
        WorkloadList list = await client.ListAsync(kind, query, cancel);
        if (!TellOfNone(parsed, format, list.Items?.Count ?? 0))
            printer.Print(list.Items ?? [], isSingle: false, withHeader);
        if (parsed.GetValue(_watch))
            await WatchAsync(client.Api, query.Path(WorkloadClient.ListPath(kind, query.Namespace), watch: true, list.Metadata?.ResourceVersion),
                change => printer.Print([change.Deserialize(KubernetesJson.Default.Workload)!], isSingle: true, withHeader: false), cancel);
        return 0;
    }

    /// <summary>What a list, and the watch after it, are about; a watch of one name is a watch of all that match it.</summary>
    private PodQuery Query(ParseResult parsed, IReadOnlyList<string> names)
    {
        if (names.Count > 1 && parsed.GetValue(_watch))
            throw new CliException("error: a watch takes one name, or none for all", CliException.Usage);
        return new()
        {
            Namespace = parsed.GetValue(_all) ? null : Namespace(parsed),
            LabelSelector = parsed.GetValue(_selector),
            FieldSelector = names.Count == 1 && parsed.GetValue(_watch) ? $"metadata.name={names[0]}" : parsed.GetValue(_fields),
        };
    }

    /// <summary>Whether there is nothing to print but that.</summary>
    private bool TellOfNone(ParseResult parsed, OutputFormat format, int count)
    {
        if (count > 0 || parsed.GetValue(_watch) || !format.IsTable)
            return false;
        Error.WriteLine(parsed.GetValue(_all) ? "No resources found" : $"No resources found in {Namespace(parsed)} namespace.");
        return true;
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

    private async Task WatchAsync(PodsClient client, string path, Action<JsonElement> print, CancellationToken cancel)
    {
        await foreach (WatchEvent change in client.WatchAsync(path, cancel))
        {
            if (change.Type == "ERROR")
                throw ServerErrors.ToException(410, JsonSerializer.SerializeToUtf8Bytes(change.Object, KubernetesJson.Default.JsonElement));
            if (change.Type == "BOOKMARK")
                continue;
            print(change.Object);
            Output.Flush();
        }
    }
}
