using System.CommandLine;
using Pods.Cli.Client;
using Pods.Manifests;

namespace Pods.Cli.Commands;

/// <summary>What podsd.service runs when the machine goes down.</summary>
internal sealed class HaltCommand : VerbCommand
{
    // podsd's own limit, and what it takes to come to an end then.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    public HaltCommand(CommandContext context)
        : base(context, "halt", "End every pod within its grace period, those of least priority first, at most 5 minutes in all, and keep it; nothing runs until podsd is started again.")
    {
        Examples = [("before the machine is taken apart, and after", "pods halt; systemctl restart podsd")];
    }

    protected override async Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        using ByteArrayContent nothing = new([]);
        ApiStatus done = await client.PostAsync("/pods/v1/halt", nothing, KubernetesJson.Default.ApiStatus, cancel, Longest);
        Output.WriteLine(done.Message);
        return 0;
    }
}
