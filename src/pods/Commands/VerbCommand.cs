using System.CommandLine;
using Pods.Cli.Client;

namespace Pods.Cli.Commands;

/// <summary>What the verbs share: the global options and the place to write to.</summary>
internal sealed record CommandContext(GlobalOptions Global, Terminals Terminals);

/// <summary>One verb: its arguments, its help with examples, and what it does.</summary>
internal abstract class VerbCommand : Command
{
    protected VerbCommand(CommandContext context, string name, string description) : base(name, description)
    {
        Context = context;
        SetAction(RunWithClientAsync);
    }

    /// <summary>A line of explanation and a command line that works as it stands.</summary>
    public IReadOnlyList<(string What, string Line)> Examples { get; init; } = [];

    protected CommandContext Context { get; }
    protected TextWriter Output => Context.Terminals.Output;
    protected TextWriter Error => Context.Terminals.Error;

    protected string Namespace(ParseResult parsed) => parsed.GetValue(Context.Global.Namespace)!;

    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(PodsClient client, ParseResult parsed, CancellationToken cancel);

    private async Task<int> RunWithClientAsync(ParseResult parsed, CancellationToken cancel)
    {
        TimeSpan? patience = parsed.GetValue(Context.Global.RequestTimeout) is { } text ? Durations.ParseLimit(text) : null;
        using PodsClient client = new(parsed.GetValue(Context.Global.Socket)!, patience == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : patience);
        return await RunAsync(client, parsed, cancel);
    }
}
