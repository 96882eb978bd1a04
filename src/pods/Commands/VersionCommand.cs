using System.CommandLine;
using System.Reflection;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class VersionCommand : VerbCommand
{
    private readonly Option<bool> _client = new("--client") { Description = "of this program only" };

    public VersionCommand(CommandContext context) : base(context, "version", "Print the versions of pods, podsd and containerd.")
    {
        Options.Add(_client);
        Examples = [("of all three", "pods version")];
    }

    public static string Own =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        Output.WriteLine($"pods {Own}");
        if (parsed.GetValue(_client))
            return 0;
        NodeVersion server = await client.GetAsync("/version", KubernetesJson.Default.NodeVersion, cancel);
        Output.WriteLine($"podsd {server.GitVersion?.TrimStart('v')}");
        Output.WriteLine($"containerd {server.Containerd?.TrimStart('v') ?? "not reachable"}");
        return 0;
    }
}
