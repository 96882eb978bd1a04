namespace Pods.TestKit;

/// <summary>What a live process may weigh; every test on a live shim ends with a check.</summary>
public sealed record MemoryBudget(long RssKb, long PrivateDirtyKb, int Threads)
{
    /// <summary>The shim at rest: the README has 3.2 MB and 0.68 MB; a busy machine and a longer life get some room.</summary>
    public static MemoryBudget Idle { get; } = new(4608, 1200, 8);

    /// <summary>Waits for the process to come to rest; fails with its figures when it does not fit.</summary>
    public async Task CheckAsync(int pid)
    {
        try
        {
            await Eventually.True(() => Fits(pid), "the process fits its memory budget", TimeSpan.FromSeconds(15));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"process {pid} weighs {MemoryFigures.Of(pid)} with {ProcessTable.Threads(pid)} threads, allowed: {this}");
        }
    }

    private bool Fits(int pid)
    {
        MemoryFigures now = MemoryFigures.Of(pid);
        return now.RssKb <= RssKb && now.PrivateDirtyKb <= PrivateDirtyKb && ProcessTable.Threads(pid) <= Threads;
    }
}
