using System.CommandLine;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class DiffCommand : VerbCommand
{
    private static readonly string[] _ours = [ApplyCommand.LastApplied];

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "a manifest, a directory of manifests, or standard input (-)",
        Required = true,
        HelpName = "path",
    };

    public DiffCommand(CommandContext context) : base(context, "diff", "Show what apply would change, and what it would restart. Exit code 1: there is a difference.")
    {
        Options.Add(_files);
        Examples = [("what a changed file would do", "pods diff -f pod.yaml")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        ManifestObjects objects = ManifestFiles.Read(parsed.GetValue(_files)!);
        bool isDifferent = false;
        foreach (SupportingObject given in objects.Supporting)
            isDifferent |= await CompareAsync(client, given, Namespace(parsed), cancel);
        foreach (Workload given in objects.Workloads)
            isDifferent |= await CompareAsync(new WorkloadClient(client), given, Namespace(parsed), cancel);
        foreach (Pod pod in objects.Pods)
            isDifferent |= await CompareAsync(client, pod, Namespace(parsed), cancel);
        return isDifferent ? CliException.Failed : 0;
    }

    private async Task<bool> CompareAsync(PodsClient client, Pod given, string defaultSpace, CancellationToken cancel)
    {
        string space = given.Metadata?.Namespace ?? defaultSpace, name = given.Metadata!.Name!;
        Pod wanted = PodDefaults.Apply(given with { Metadata = given.Metadata with { Namespace = space } });
        Pod? live = await client.FindPodAsync(space, name, cancel);
        if (live is not null)
            wanted = wanted with { Spec = wanted.Spec! with { NodeName = live.Spec!.NodeName } };
        if (!LineDiff.Write($"{space}/pod/{name} (now)", Lines(live), $"{space}/pod/{name} (applied)", Lines(wanted), Output))
            return false;
        string[] effects = live is null ? ["the pod is created"] : [.. PodUpdate.Between(live, wanted).Sentences()];
        foreach (string effect in effects)
            Output.WriteLine($"# {effect}");
        return true;
    }

    private async Task<bool> CompareAsync(WorkloadClient client, Workload given, string defaultSpace, CancellationToken cancel)
    {
        WorkloadKind kind = WorkloadKind.OfKind(given.Kind)!;
        Workload wanted = WorkloadClient.WithDefaults(given, defaultSpace);
        string title = $"{wanted.Metadata!.Namespace}/{kind.Singular}/{wanted.Metadata.Name}";
        Workload? live = await client.FindAsync(kind, wanted.Metadata.Namespace!, wanted.Metadata.Name!, cancel);
        if (!LineDiff.Write($"{title} (now)", Lines(live), $"{title} (applied)", Lines(wanted), Output))
            return false;
        Output.WriteLine(live is null ? $"# the {kind.Singular} is created"
            : WorkloadDefaults.HashOf(live) != WorkloadDefaults.HashOf(wanted) ? "# its pods are replaced, one by one" : "# no pod is replaced");
        return true;
    }

    private static string[] Lines(Workload? given) => given is null ? [] : Lines(JsonSerializer.SerializeToElement(
        given with { Status = null, Metadata = Clean(given.Metadata!) }, KubernetesJson.Default.Workload));

    private async Task<bool> CompareAsync(PodsClient client, SupportingObject given, string defaultSpace, CancellationToken cancel)
    {
        SupportingKind kind = SupportingKind.OfKind(given.Kind)!;
        string space = given.Metadata?.Namespace ?? defaultSpace, name = given.Metadata!.Name!;
        SupportingObject wanted = SupportingDefaults.Apply(given with { Metadata = given.Metadata with { Namespace = space } });
        SupportingObject? live = await client.FindAsync(PodsClient.ObjectPath(kind, space, name), KubernetesJson.Default.SupportingObject, cancel);
        string title = $"{space}/{kind.Singular}/{name}";
        return LineDiff.Write($"{title} (now)", Lines(live), $"{title} (applied)", Lines(wanted), Output);
    }

    private static string[] Lines(Pod? pod) => pod is null ? [] : Lines(JsonSerializer.SerializeToElement(
        pod with { Status = null, Metadata = Clean(pod.Metadata!) }, KubernetesJson.Default.Pod));

    /// <summary>The values of a Secret are not for the terminal: that they differ is what is shown.</summary>
    private static string[] Lines(SupportingObject? given)
    {
        if (given is null)
            return [];
        IReadOnlyDictionary<string, string>? data = given.Kind != SupportingKind.Secret.Kind ? given.Data
            : given.Content().ToDictionary(d => d.Key, d => $"*** ({d.Value.Length} bytes, {Fingerprint(d.Value)})");
        SupportingObject shown = given with { Status = null, Metadata = Clean(given.Metadata!), Data = data, StringData = null };
        return Lines(JsonSerializer.SerializeToElement(shown, KubernetesJson.Default.SupportingObject));
    }

    private static string Fingerprint(byte[] value) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(value))[..8];

    private static string[] Lines(JsonElement document)
    {
        using StringWriter text = new();
        YamlOutput.Write(document, text);
        return text.ToString().TrimEnd('\n').Split('\n');
    }

    /// <summary>What a manifest can say; not what podsd adds to it.</summary>
    private static ObjectMeta Clean(ObjectMeta meta)
    {
        Dictionary<string, string> annotations = (meta.Annotations ?? new Dictionary<string, string>())
            .Where(a => !_ours.Contains(a.Key)).OrderBy(a => a.Key, StringComparer.Ordinal).ToDictionary();
        return new()
        {
            Name = meta.Name,
            Namespace = meta.Namespace,
            Labels = meta.Labels is { Count: > 0 } labels ? labels.OrderBy(l => l.Key, StringComparer.Ordinal).ToDictionary() : null,
            Annotations = annotations.Count > 0 ? annotations : null,
        };
    }
}
