using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pods.TestKit;

/// <summary>Waits for a fact with a limit: what tests do instead of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Who says what is going on when a limit is reached: of a machine elsewhere nothing else is left to see.</summary>
    public static ConcurrentDictionary<object, Func<Task<string>>> Witnesses { get; } = [];

    public static Task True(Func<bool> condition, string what, TimeSpan? limit = null) =>
        True(() => Task.FromResult(condition()), what, limit);

    public static async Task True(Func<Task<bool>> condition, string what, TimeSpan? limit = null) =>
        await Get<object>(async () => await condition() ? Found : null, what, limit);

    public static Task<T> Get<T>(Func<T?> find, string what, TimeSpan? limit = null) where T : class =>
        Get(() => Task.FromResult(find()), what, limit);

    public static async Task<T> Get<T>(Func<Task<T?>> find, string what, TimeSpan? limit = null) where T : class
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan patience = Patience.For(limit ?? DefaultLimit);
        while (true)
        {
            if (await find() is { } found)
                return found;
            if (Stopwatch.GetElapsedTime(start) > patience)
                throw new TimeoutException(
                    $"not within {patience.TotalSeconds} s: {what}\n{string.Join('\n', await Task.WhenAll(Witnesses.Values.Select(w => w())))}");
            await Task.Delay(Pause);
        }
    }

    private static readonly object Found = new();
}
