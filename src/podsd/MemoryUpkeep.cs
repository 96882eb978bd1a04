namespace Pods.Daemon;

/// <summary>
/// Gives back what a burst of work has taken, a hundred pods at once, say. The collector does so only in its collections, and a daemon that
/// has nothing to do any more has none.
/// </summary>
internal static class MemoryUpkeep
{
    private const long Quiet = 1 << 20, WorthIt = 16 << 20;   // bytes
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Until podsd stops.</summary>
    public static async Task RunAsync(CancellationToken stopping)
    {
        using PeriodicTimer timer = new(Period);
        long atLastLook = 0, atLastCollection = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                long allocated = GC.GetTotalAllocatedBytes();
                if (IsDue(allocated, atLastLook, atLastCollection))
                {
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                    atLastCollection = allocated;
                }
                atLastLook = allocated;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops.
        }
    }

    /// <param name="allocated">In all, until now, in bytes.</param>
    /// <param name="atLastLook">How much that was a period ago.</param>
    /// <param name="atLastCollection">How much it was when memory was last given back.</param>
    internal static bool IsDue(long allocated, long atLastLook, long atLastCollection) =>
        allocated - atLastLook < Quiet && allocated - atLastCollection > WorthIt;
}
