using System.CommandLine;
using Pods.Cli.Client;

namespace Pods.Cli.Commands;

/// <summary>Makes every certificate worthless that podsd has given out.</summary>
internal sealed class RotateCommand : VerbCommand
{
    public RotateCommand(CommandContext context)
        : base(context, "rotate", "Make a new certificate authority: every kubeconfig written before is refused from then on.")
    {
        Examples = [("after a kubeconfig was lost", "pods config rotate && pods config kubeconfig")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        await using Stream answer = await client.OpenAsync(HttpMethod.Post, "/pods/v1/access/rotate", null, cancel);
        Output.WriteLine("certificate authority replaced; kubeconfigs written before are refused");
        return 0;
    }
}
