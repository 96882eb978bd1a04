using Pods.Daemon;

namespace Pods.Node.Tests;

public sealed class MemoryUpkeepTests
{
    private const long MB = 1 << 20;

    [Theory]
    [InlineData(100 * MB, 40 * MB, 0, false)]          // in the middle of a burst
    [InlineData(100 * MB, 100 * MB - 1000, 0, true)]   // it is over
    [InlineData(101 * MB, 101 * MB, 100 * MB, false)]  // what it took has been given back
    [InlineData(5 * MB, 5 * MB, 0, false)]             // nothing worth a collection
    public void Memory_is_given_back_once_when_a_burst_is_over(long allocated, long atLastLook, long atLastCollection, bool isDue) =>
        Assert.Equal(isDue, MemoryUpkeep.IsDue(allocated, atLastLook, atLastCollection));
}
