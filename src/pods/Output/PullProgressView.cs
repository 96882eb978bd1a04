using Pods.Manifests;
using Spectre.Console;

namespace Pods.Cli.Output;

/// <summary>A pull as it goes on: bars on a terminal, a line per finished part elsewhere.</summary>
internal static class PullProgressView
{
    /// <exception cref="CliException">The pull failed, or the answer ended without a result.</exception>
    public static async Task<ImageSummary> ShowAsync(IAsyncEnumerable<PullEvent> events, Terminals terminals, bool quiet)
    {
        if (quiet)
            return await ReadAsync(events, _ => { });
        if (!terminals.IsOutputTerminal)
            return await ReadAsync(events, e => PrintLine(e, terminals.Output));
        return await AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TransferSpeedColumn())
            .StartAsync(async context =>
            {
                Dictionary<string, ProgressTask> bars = [];
                return await ReadAsync(events, e => Draw(e, context, bars));
            });
    }

    private static async Task<ImageSummary> ReadAsync(IAsyncEnumerable<PullEvent> events, Action<PullEvent> show)
    {
        await foreach (PullEvent pull in events)
        {
            if (pull.Error is not null)
                throw new CliException("error: " + pull.Error);
            if (pull.Image is not null)
                return pull.Image;
            show(pull);
        }
        throw new CliException("error: the connection to podsd ended before the pull did");
    }

    private static void PrintLine(PullEvent pull, TextWriter output)
    {
        if (pull.Stage is "Done" or "Resolving")
            output.WriteLine($"{pull.Part}: {pull.Stage!.ToLowerInvariant()}{(pull.Total > 0 ? $" {Bytes.Short(pull.Total)}" : "")}");
    }

    private static void Draw(PullEvent pull, ProgressContext context, Dictionary<string, ProgressTask> bars)
    {
        if (pull.Part is not { } part)
            return;
        if (!bars.TryGetValue(part, out ProgressTask? bar))
            bars[part] = bar = context.AddTask(Markup.Escape(part));
        bar.Description = Markup.Escape($"{part} {pull.Stage?.ToLowerInvariant()}");
        if (pull.Total is > 0)
            bar.MaxValue = pull.Total.Value;
        bar.Value = pull.Stage == "Done" ? bar.MaxValue : pull.Bytes ?? bar.Value;
    }
}
