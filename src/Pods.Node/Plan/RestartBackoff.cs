namespace Pods.Node;

/// <summary>The kubelet's pause between restarts: none before the first, then 10 s, doubling to 5 min, forgotten after 10 min of running.</summary>
public static class RestartBackoff
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    /// <summary>When a run that has ended may be followed by the next.</summary>
    public static DateTimeOffset NextStart(ContainerRun run)
    {
        DateTimeOffset ended = run.Ended?.FinishedAt ?? DateTimeOffset.MinValue;
        return ended + (run.Backoff is { } pause && !RanLong(run) ? pause : TimeSpan.Zero);
    }

    /// <summary>The pause that the run begun now will be followed by.</summary>
    public static TimeSpan After(ContainerRun? previous) =>
        previous?.Backoff is not { } pause || RanLong(previous) ? First : Double(pause);

    /// <summary>For steps that fail before anything runs, image pulls above all.</summary>
    public static TimeSpan AfterFailure(StepFailure? previous) => previous is null ? First : Double(previous.Backoff);

    private static TimeSpan Double(TimeSpan pause) => pause * 2 < Longest ? pause * 2 : Longest;

    private static bool RanLong(ContainerRun run) => run.Ended?.FinishedAt - run.StartedAt >= Forgotten;
}
