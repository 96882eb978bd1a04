using System.CommandLine;
using Pods.Cli.Client;
using Pods.Cli.Output;
using Pods.Manifests;

namespace Pods.Cli.Commands;

internal sealed class InspectCommand : VerbCommand
{
    private readonly Argument<string> _pod = new("pod") { Description = "the pod's name" };

    public InspectCommand(CommandContext context)
        : base(context, "inspect", "Show what a pod is made of: processes, namespaces, cgroups, network, mounts.")
    {
        Arguments.Add(_pod);
        Examples = [("the page that shows who shares what", "pods inspect web")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        string space = Uri.EscapeDataString(Namespace(parsed)), name = Uri.EscapeDataString(ResourceArguments.Name(parsed.GetValue(_pod)!));
        InspectionPage.Write(
            await client.GetAsync($"/pods/v1/namespaces/{space}/pods/{name}/inspect", KubernetesJson.Default.PodInspection, cancel), Output);
        return 0;
    }
}
