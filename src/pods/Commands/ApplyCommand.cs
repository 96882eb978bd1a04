using System.CommandLine;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class ApplyCommand : VerbCommand
{
    /// <summary>kubectl's own: so that both see what was applied last, whoever did it.</summary>
    internal const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    // Its new images are pulled meanwhile.
    private static readonly TimeSpan ReplaceLimit = TimeSpan.FromMinutes(10);

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "a manifest, a directory of manifests, or standard input (-)",
        Required = true,
        HelpName = "path",
    };

    private readonly Option<bool> _wait = new("--wait") { Description = "wait until the pods are Ready or have ended well, Deployments rolled out, Jobs complete" };
    private readonly Option<string> _timeout = new("--timeout") { Description = "how long to wait", DefaultValueFactory = _ => "60s", HelpName = "duration" };

    public ApplyCommand(CommandContext context) : base(context, "apply", "Create or change pods, Deployments, DaemonSets, Jobs, and what they use, as manifests say.")
    {
        Options.Add(_files);
        Options.Add(_wait);
        Options.Add(_timeout);
        Examples =
        [
            ("the pods of a file", "pods apply -f pod.yaml"),
            ("every manifest of a directory", "pods apply -f manifests/"),
            ("until what it says serves", "pods apply -f pod.yaml --wait --timeout=60s"),
            ("what another program writes", "generate | pods apply -f -"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        // All files are read before the first request: a mistake in the last one changes nothing.
        ManifestObjects objects = ManifestFiles.Read(parsed.GetValue(_files)!);
        foreach (ManifestWarning warning in objects.Warnings)
            Error.WriteLine($"Warning: {warning}");
        string space = Namespace(parsed);
        // What pods refer to comes before them: they would wait for it.
        bool isDone = true;
        foreach (SupportingObject given in objects.Supporting)
            isDone &= await TryAsync($"{SupportingKind.OfKind(given.Kind)!.Singular}/{given.Metadata?.Name}",
                () => ApplyAsync(client, space, given, cancel));
        WorkloadClient workloads = new(client);
        foreach (Workload given in objects.Workloads)
            isDone &= await TryAsync($"{WorkloadKind.OfKind(given.Kind)!.FullName}/{given.Metadata?.Name}",
                () => workloads.ApplyAsync(space, given, cancel));
        foreach (Pod pod in objects.Pods)
            isDone &= await TryAsync($"pod/{pod.Metadata?.Name}", () => ApplyAsync(client, space, pod, cancel));
        if (isDone && parsed.GetValue(_wait))
            await WaitAsync(client, objects, space, parsed.GetValue(_timeout)!, cancel);
        return isDone ? 0 : CliException.Failed;
    }

    private static async Task WaitAsync(PodsClient client, ManifestObjects objects, string space, string timeout, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Durations.ParseLimit(timeout));
        ReadyWait ready = new(client);
        string waited = "";
        try
        {
            foreach (Workload given in objects.Workloads)
            {
                WorkloadKind kind = WorkloadKind.OfKind(given.Kind)!;
                waited = $"{kind.FullName}/{given.Metadata!.Name}";
                await ready.WorkloadAsync(kind, given.Metadata.Namespace ?? space, given.Metadata.Name!, limit.Token);
            }
            foreach (Pod pod in objects.Pods)
            {
                waited = $"pod/{pod.Metadata!.Name}";
                await ready.PodAsync(pod.Metadata.Namespace ?? space, pod.Metadata.Name!, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            string why = ready.Reason is { } reason ? ": " + reason : "";
            throw new CliException($"error: timed out after {timeout} waiting for {waited} to be ready{why}");
        }
    }

    private async Task<bool> TryAsync(string what, Func<Task<string>> apply)
    {
        try
        {
            Output.WriteLine($"{what} {await apply()}");
            return true;
        }
        catch (CliException e)
        {
            Error.WriteLine(e.Message);
            return false;
        }
    }

    // Held against what is there, not against a copy in an annotation: that would show a Secret's values in one more place.
    private static async Task<string> ApplyAsync(PodsClient client, string defaultSpace, SupportingObject given, CancellationToken cancel)
    {
        SupportingKind kind = SupportingKind.OfKind(given.Kind)!;
        string space = given.Metadata?.Namespace ?? defaultSpace, path = PodsClient.ObjectPath(kind, space, given.Metadata!.Name!);
        SupportingObject wanted = SupportingDefaults.Apply(given with { Metadata = given.Metadata with { Namespace = space } });
        using HttpContent body = PodsClient.Json(wanted, KubernetesJson.Default.SupportingObject);
        if (await client.FindAsync(path, KubernetesJson.Default.SupportingObject, cancel) is not { } existing)
        {
            await client.PostAsync(PodsClient.ObjectsPath(kind, space), body, KubernetesJson.Default.SupportingObject, cancel);
            return "created";
        }
        if (SupportingValidation.IsSame(existing, wanted))
            return "unchanged";
        await client.PutAsync(path, body, KubernetesJson.Default.SupportingObject, cancel);
        return "configured";
    }

    private static async Task<string> ApplyAsync(PodsClient client, string defaultSpace, Pod pod, CancellationToken cancel)
    {
        string space = pod.Metadata?.Namespace ?? defaultSpace, name = pod.Metadata!.Name!;
        string applied = JsonSerializer.Serialize(pod, KubernetesJson.Default.Pod);
        Pod marked = pod with { Metadata = pod.Metadata with { Namespace = space, Annotations = WithMark(pod.Metadata.Annotations, applied) } };
        if (await client.FindPodAsync(space, name, cancel) is not { } existing)
        {
            await client.CreatePodAsync(space, marked, cancel);
            return "created";
        }
        // One that ends may have another definition to come: what is applied last is to stay.
        bool isEnding = existing.Metadata?.DeletionTimestamp is not null;
        if (!isEnding && existing.Metadata?.Annotations?.GetValueOrDefault(LastApplied) == applied)
            return "unchanged";
        TimeSpan grace = TimeSpan.FromSeconds(Math.Clamp(existing.Spec?.TerminationGracePeriodSeconds ?? 30, 0, 1_000_000));
        // Without a version: what podsd writes into the status meanwhile is no conflict.
        Pod now = await client.ReplacePodAsync(space, name, marked, ReplaceLimit + grace, cancel);
        return now.Metadata?.DeletionTimestamp is null ? "configured"
            : throw new CliException($"error: pod \"{name}\" is being deleted: apply it again when it is gone (pods wait --for=delete pod/{name})");
    }

    private static Dictionary<string, string> WithMark(IReadOnlyDictionary<string, string>? annotations, string applied) =>
        new(annotations ?? new Dictionary<string, string>()) { [LastApplied] = applied };
}
