using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class DeleteCommand : VerbCommand
{
    // Beyond the end of the grace period: what is left is a matter of seconds, on a busy machine too.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Argument<string[]> _words = new("pod") { Description = "names of pods", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _files = new("--filename", "-f") { Description = "the pods of a manifest, of the manifests in a directory, or of standard input (-)", HelpName = "path" };
    private readonly Option<string?> _selector = new("--selector", "-l") { Description = "labels that the pods must have", HelpName = "labels" };
    private readonly Option<bool> _all = new("--all") { Description = "every pod of the namespace" };
    private readonly Option<bool> _now = new("--now") { Description = "with a grace period of one second" };
    private readonly Option<bool> _force = new("--force") { Description = "at once, with no grace period" };
    private readonly Option<long?> _grace = new("--grace-period") { Description = "seconds between SIGTERM and SIGKILL; the pod's own when absent", HelpName = "seconds" };
    private readonly Option<bool> _wait = new("--wait") { Description = "wait until the pods are gone", DefaultValueFactory = _ => true };
    private readonly Option<bool> _ignore = new("--ignore-not-found") { Description = "a pod that is not there is no failure" };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "how long to wait; two minutes more than the longest grace period when absent", HelpName = "duration" };

    public DeleteCommand(CommandContext context) : base(context, "delete", "Delete pods: SIGTERM, the grace period, SIGKILL, clean up.")
    {
        Arguments.Add(_words);
        foreach (Option option in new Option[] { _files, _selector, _all, _now, _force, _grace, _wait, _ignore, _timeout })
            Options.Add(option);
        Examples =
        [
            ("a pod", "pods delete web"),
            ("what a manifest made", "pods delete -f pod.yaml --ignore-not-found"),
            ("all pods with a label, without waiting for their grace periods", "pods delete -l app=web --now"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        if (ResourceArguments.Supporting(parsed.GetValue(_words) ?? []) is { } supporting)
            return await DeleteObjectsAsync(client, parsed, supporting.Kind, supporting.Names, cancel);
        if (ResourceArguments.Workloads(parsed.GetValue(_words) ?? []) is { } workloads)
            return await DeleteWorkloadsAsync(client, parsed, workloads.Kind, workloads.Names, cancel);
        ManifestObjects? manifests = parsed.GetValue(_files) is { Length: > 0 } files ? ManifestFiles.Read(files) : null;
        IReadOnlyList<(string Space, string Name)> chosen = await ChooseAsync(client, parsed, manifests, cancel);
        int exitCode = 0;
        // Before the pods: they would be made again.
        foreach (Workload given in manifests?.Workloads ?? [])
            exitCode |= await DeleteWorkloadAsync(client, parsed, WorkloadKind.OfKind(given.Kind)!,
                given.Metadata?.Namespace ?? Namespace(parsed), given.Metadata!.Name!, cancel);
        long? grace = parsed.GetValue(_force) ? 0 : parsed.GetValue(_now) ? 1 : parsed.GetValue(_grace);
        List<(string Space, string Name)> deleting = [];
        foreach (var (space, name) in chosen)
        {
            if (await client.FindPodAsync(space, name, cancel) is null)
            {
                if (parsed.GetValue(_ignore))
                    continue;
                Error.WriteLine($"Error from server (NotFound): pods \"{name}\" not found");
                exitCode = CliException.Failed;
                continue;
            }
            await client.DeletePodAsync(space, name, grace, cancel);
            Output.WriteLine($"pod \"{name}\" deleted");
            deleting.Add((space, name));
        }
        if (parsed.GetValue(_wait))
            await WaitAsync(client, deleting, parsed.GetValue(_timeout), cancel);
        // After the pods that use them.
        foreach (SupportingObject given in manifests?.Supporting ?? [])
            exitCode |= await DeleteObjectAsync(client, parsed, SupportingKind.OfKind(given.Kind)!,
                given.Metadata?.Namespace ?? Namespace(parsed), given.Metadata!.Name!, cancel);
        return exitCode;
    }

    private async Task<int> DeleteWorkloadsAsync(
        PodsClient client, ParseResult parsed, WorkloadKind kind, IReadOnlyList<string> names, CancellationToken cancel)
    {
        if (names.Count == 0 && !parsed.GetValue(_all))
            throw new CliException($"error: name the {kind.Plural}, or say -f or --all", CliException.Usage);
        if (names.Count == 0)
        {
            WorkloadList list = await new WorkloadClient(client).ListAsync(kind, new() { Namespace = Namespace(parsed) }, cancel);
            names = [.. (list.Items ?? []).Select(w => w.Metadata!.Name!)];
        }
        int exitCode = 0;
        foreach (string name in names)
            exitCode |= await DeleteWorkloadAsync(client, parsed, kind, Namespace(parsed), name, cancel);
        return exitCode;
    }

    /// <summary>With its pods, and waits for them too.</summary>
    private async Task<int> DeleteWorkloadAsync(
        PodsClient client, ParseResult parsed, WorkloadKind kind, string space, string name, CancellationToken cancel)
    {
        WorkloadClient workloads = new(client);
        if (await workloads.FindAsync(kind, space, name, cancel) is not { } found)
        {
            if (parsed.GetValue(_ignore))
                return 0;
            Error.WriteLine($"Error from server (NotFound): {kind.Plural} \"{name}\" not found");
            return CliException.Failed;
        }
        PodList pods = await client.ListPodsAsync(new() { Namespace = space }, cancel);
        await workloads.DeleteAsync(kind, space, name, cancel);
        Output.WriteLine($"{kind.FullName} \"{name}\" deleted");
        long? grace = parsed.GetValue(_force) ? 0 : parsed.GetValue(_now) ? 1 : parsed.GetValue(_grace);
        List<(string, string)> owned =
        [
            .. (pods.Items ?? []).Where(p => p.Metadata!.OwnerReferences?.Any(o => o.Uid == found.Metadata!.Uid) == true)
                .Select(p => (space, p.Metadata!.Name!)),
        ];
        if (grace is not null)
            foreach (var (_, pod) in owned)
                await client.DeletePodAsync(space, pod, grace, cancel);
        if (parsed.GetValue(_wait))
            await WaitAsync(client, owned, parsed.GetValue(_timeout), cancel);
        return 0;
    }

    private async Task<int> DeleteObjectsAsync(
        PodsClient client, ParseResult parsed, SupportingKind kind, IReadOnlyList<string> names, CancellationToken cancel)
    {
        string space = Namespace(parsed);
        if (parsed.GetValue(_all) && names.Count == 0)
            names = [.. ((await client.GetAsync(
                PodsClient.ObjectsPath(kind, space), KubernetesJson.Default.SupportingObjectList, cancel)).Items ?? [])
                .Select(o => o.Metadata!.Name!)];
        else if (names.Count == 0)
            throw new CliException($"error: name the {kind.Plural}, or say -f or --all", CliException.Usage);
        int exitCode = 0;
        foreach (string name in names)
            exitCode |= await DeleteObjectAsync(client, parsed, kind, space, name, cancel);
        return exitCode;
    }

    private async Task<int> DeleteObjectAsync(
        PodsClient client, ParseResult parsed, SupportingKind kind, string space, string name, CancellationToken cancel)
    {
        string path = PodsClient.ObjectPath(kind, space, name);
        if (await client.FindAsync(path, KubernetesJson.Default.SupportingObject, cancel) is null)
        {
            if (parsed.GetValue(_ignore))
                return 0;
            Error.WriteLine($"Error from server (NotFound): {kind.Plural} \"{name}\" not found");
            return CliException.Failed;
        }
        await client.DeleteAsync(path, cancel);
        Output.WriteLine($"{kind.Singular} \"{name}\" deleted");
        return 0;
    }

    private async Task<IReadOnlyList<(string Space, string Name)>> ChooseAsync(
        PodsClient client, ParseResult parsed, ManifestObjects? manifests, CancellationToken cancel)
    {
        string space = Namespace(parsed);
        if (manifests is not null)
            return [.. manifests.Pods.Select(pod => (pod.Metadata?.Namespace ?? space, pod.Metadata!.Name!))];
        IReadOnlyList<string> names = ResourceArguments.Names(parsed.GetValue(_words) ?? []);
        if (parsed.GetValue(_all) || parsed.GetValue(_selector) is not null)
        {
            if (names.Count > 0)
                throw new CliException("error: names cannot be given together with --all or a selector", CliException.Usage);
            PodList list = await client.ListPodsAsync(new() { Namespace = space, LabelSelector = parsed.GetValue(_selector) }, cancel);
            return [.. (list.Items ?? []).Select(pod => (space, pod.Metadata!.Name!))];
        }
        return names.Count > 0
            ? [.. names.Select(name => (space, name))]
            : throw new CliException("error: name the pods, or say -f, -l or --all", CliException.Usage);
    }

    private static async Task WaitAsync(
        PodsClient client, List<(string Space, string Name)> deleting, string? timeout, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (timeout is not null)
            limit.CancelAfter(Durations.ParseLimit(timeout));
        foreach (var (space, name) in deleting)
        {
            try
            {
                // A pod of the same name that is not being deleted is a new one: the old one is gone.
                await PodWait.UntilAsync(client, space, name, pod => IsGone(pod, timeout is null ? limit : null), limit.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                string after = timeout ?? "its grace period and two minutes";
                throw new CliException($"error: timed out waiting for the deletion of pods/{name} after {after}; it goes on: pods events {name}");
            }
        }
    }

    private static bool IsGone(Pod? pod, CancellationTokenSource? limit)
    {
        if (pod?.Metadata?.DeletionTimestamp is not { } end)
            return true;
        // Every look at it sets the limit anew: a shorter grace period may have been asked for meanwhile.
        limit?.CancelAfter((end > DateTimeOffset.UtcNow ? end - DateTimeOffset.UtcNow : TimeSpan.Zero) + Patience);
        return false;
    }
}
