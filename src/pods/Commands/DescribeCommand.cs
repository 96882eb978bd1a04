using System.CommandLine;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class DescribeCommand : VerbCommand
{
    private readonly Argument<string[]> _words = new("pod") { Description = "names of pods; all when none is given", Arity = ArgumentArity.ZeroOrMore };

    public DescribeCommand(CommandContext context) : base(context, "describe", "Show pods in detail: state, reasons, conditions, events.")
    {
        Arguments.Add(_words);
        Examples = [("why a pod does not start", "pods describe web")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string space = Namespace(parsed);
        if (ResourceArguments.Supporting(parsed.GetValue(_words) ?? []) is { } supporting)
            return await DescribeObjectsAsync(client, space, supporting.Kind, supporting.Names, cancel);
        if (ResourceArguments.Workloads(parsed.GetValue(_words) ?? []) is { } workloads)
            return await DescribeWorkloadsAsync(client, space, workloads.Kind, workloads.Names, cancel);
        IReadOnlyList<string> names = ResourceArguments.Names(parsed.GetValue(_words) ?? []);
        List<Pod> pods = [];
        if (names.Count == 0)
            pods.AddRange((await client.ListPodsAsync(new() { Namespace = space }, cancel)).Items ?? []);
        foreach (string name in names)
            pods.Add(await client.GetPodAsync(space, name, cancel));
        for (int i = 0; i < pods.Count; i++)
        {
            if (i > 0)
                Output.WriteLine();
            PodDescription.Write(pods[i], Output);
            EventTable.Describe(await EventsOfAsync(client, pods[i].Metadata!, cancel), Output);
        }
        return 0;
    }

    private async Task<int> DescribeWorkloadsAsync(
        PodsClient client, string space, WorkloadKind kind, IReadOnlyList<string> names, CancellationToken cancel)
    {
        WorkloadClient workloads = new(client);
        List<Workload> found = [];
        if (names.Count == 0)
            found.AddRange((await workloads.ListAsync(kind, new() { Namespace = space }, cancel)).Items ?? []);
        foreach (string name in names)
            found.Add(await workloads.GetAsync(kind, space, name, cancel));
        for (int i = 0; i < found.Count; i++)
        {
            if (i > 0)
                Output.WriteLine();
            WorkloadDescription.Write(found[i], Output);
            EventTable.Describe(await EventsOfAsync(client, found[i].Metadata!, cancel), Output);
        }
        return 0;
    }

    private static async Task<IReadOnlyList<ObjectEvent>> EventsOfAsync(PodsClient client, ObjectMeta meta, CancellationToken cancel)
    {
        string path = $"/api/v1/namespaces/{Uri.EscapeDataString(meta.Namespace!)}/events?fieldSelector="
            + Uri.EscapeDataString($"involvedObject.uid={meta.Uid}");
        return (await client.GetAsync(path, KubernetesJson.Default.ObjectEventList, cancel)).Items ?? [];
    }

    private async Task<int> DescribeObjectsAsync(
        PodsClient client, string space, SupportingKind kind, IReadOnlyList<string> names, CancellationToken cancel)
    {
        List<SupportingObject> objects = [];
        if (names.Count == 0)
            objects.AddRange((await client.GetAsync(
                PodsClient.ObjectsPath(kind, space), KubernetesJson.Default.SupportingObjectList, cancel)).Items ?? []);
        foreach (string name in names)
            objects.Add(await client.GetAsync(PodsClient.ObjectPath(kind, space, name), KubernetesJson.Default.SupportingObject, cancel));
        for (int i = 0; i < objects.Count; i++)
        {
            if (i > 0)
                Output.WriteLine();
            SupportingDescription.Write(objects[i], Output);
        }
        return 0;
    }
}
