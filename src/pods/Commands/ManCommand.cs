using System.CommandLine;
using Pods.Cli.Client;
using Pods.Cli.Output;

namespace Pods.Cli.Commands;

/// <summary>What the package is made with: the manual page of the program that is asked, so that it cannot be out of date.</summary>
internal sealed class ManCommand : VerbCommand
{
    public ManCommand(CommandContext context) : base(context, "man", "Print the manual page pods(1) in roff.")
    {
        Hidden = true;
        Examples = [("the page in roff", "pods man")];
    }

    protected override Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel)
    {
        Output.Write(ManPage.Of((RootCommand)parsed.RootCommandResult.Command, VersionCommand.Own));
        return Task.FromResult(0);
    }
}
