using System.CommandLine;
using System.Text.Json;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class ApplyCommand : VerbCommand
{
    /// <summary>kubectl's own: so that both see what was applied last, whoever did it.</summary>
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "a manifest, a directory of manifests, or standard input (-)",
        Required = true,
        HelpName = "path",
    };

    public ApplyCommand(CommandContext context) : base(context, "apply", "Create or change pods as manifests say.")
    {
        Options.Add(_files);
        Examples =
        [
            ("the pods of a file", "pods apply -f pod.yaml"),
            ("every manifest of a directory", "pods apply -f manifests/"),
            ("what another program writes", "generate | pods apply -f -"),
        ];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        // All files are read before the first request: a mistake in the last one changes nothing.
        IReadOnlyList<Pod> pods = ManifestFiles.Read(parsed.GetValue(_files)!);
        int exitCode = 0;
        foreach (Pod pod in pods)
        {
            try
            {
                Output.WriteLine($"pod/{pod.Metadata?.Name} {await ApplyAsync(client, Namespace(parsed), pod, cancel)}");
            }
            catch (CliException e)
            {
                Error.WriteLine(e.Message);
                exitCode = CliException.Failed;
            }
        }
        return exitCode;
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
        if (existing.Metadata?.Annotations?.GetValueOrDefault(LastApplied) == applied)
            return "unchanged";
        Pod replacement = marked with { Metadata = marked.Metadata! with { ResourceVersion = existing.Metadata?.ResourceVersion } };
        await client.ReplacePodAsync(space, name, replacement, cancel);
        return "configured";
    }

    private static Dictionary<string, string> WithMark(IReadOnlyDictionary<string, string>? annotations, string applied) =>
        new(annotations ?? new Dictionary<string, string>()) { [LastApplied] = applied };
}
