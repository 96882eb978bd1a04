namespace Pods.Node.Tests;

public sealed class RestartBackoffTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Pauses_double_from_ten_seconds_to_five_minutes()
    {
        List<double> pauses = [];
        ContainerRun run = Run(null, TimeSpan.FromSeconds(1));
        for (int i = 0; i < 7; i++)
        {
            run = run with { Backoff = RestartBackoff.After(run) };
            pauses.Add(run.Backoff!.Value.TotalSeconds);
        }

        Assert.Equal([10, 20, 40, 80, 160, 300, 300], pauses);
    }

    [Fact]
    public void First_restart_waits_for_nothing() =>
        Assert.Equal(Start.AddSeconds(1), RestartBackoff.NextStart(Run(null, TimeSpan.FromSeconds(1))));

    [Fact]
    public void Run_of_ten_minutes_forgets_the_pauses_before()
    {
        ContainerRun run = Run(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

        Assert.Equal(run.Ended!.FinishedAt, RestartBackoff.NextStart(run));
        Assert.Equal(RestartBackoff.First, RestartBackoff.After(run));
    }

    private static ContainerRun Run(TimeSpan? backoff, TimeSpan ran) => new()
    {
        Name = "a",
        Phase = RunPhase.Exited,
        StartedAt = Start,
        Backoff = backoff,
        Ended = new() { ExitCode = 1, FinishedAt = Start + ran },
    };
}
