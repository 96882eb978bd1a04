using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class ScaleCommand : VerbCommand
{
    private readonly Argument<string[]> _words = new("deployment") { Description = "names of deployments", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int> _replicas = new("--replicas") { Description = "how many pods there shall be", Required = true, HelpName = "number" };

    public ScaleCommand(CommandContext context) : base(context, "scale", "Set how many pods a Deployment has.")
    {
        Arguments.Add(_words);
        Options.Add(_replicas);
        Examples = [("three pods", "pods scale web --replicas=3"), ("none, but keep the definition", "pods scale deploy/web --replicas=0")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string[] words = parsed.GetValue(_words)!;
        IReadOnlyList<string> names = ResourceArguments.Workloads(words) switch
        {
            null => words,
            var (kind, found) when kind == WorkloadKind.Deployment => found,
            var (kind, _) => throw new CliException($"error: a {kind.Kind} has no number of replicas", CliException.Usage),
        };
        foreach (string name in names)
        {
            await new WorkloadClient(client).ScaleAsync(Namespace(parsed), name, parsed.GetValue(_replicas), cancel);
            Output.WriteLine($"deployment.apps/{name} scaled");
        }
        return 0;
    }
}
