using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class RestartCommand : VerbCommand
{
    private readonly Argument<string[]> _words = new("pod") { Description = "names of pods", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "this container only", HelpName = "name" };

    public RestartCommand(CommandContext context) : base(context, "restart", "Stop the containers of pods and start them anew; the pod and its address stay.")
    {
        Arguments.Add(_words);
        Options.Add(_container);
        Examples = [("all containers of a pod", "pods restart web"), ("one of them", "pods restart web -c app")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string query = parsed.GetValue(_container) is { } container ? "?container=" + Uri.EscapeDataString(container) : "";
        foreach (string name in ResourceArguments.Names(parsed.GetValue(_words)!))
        {
            using HttpContent nothing = new ByteArrayContent([]);
            string path = $"{PodsClient.OwnPodPath(Namespace(parsed), name)}/restart{query}";
            await client.PostAsync(path, nothing, KubernetesJson.Default.ApiStatus, cancel);
            Output.WriteLine($"pod/{name} restarted");
        }
        return 0;
    }
}
