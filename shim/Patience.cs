namespace Pods.Shim;

/// <summary>Waits with a limit and leaves no timer behind: an exec takes milliseconds, and what its timers keep alive would pile up.</summary>
internal static class Patience
{
    /// <summary>Whether the task ended within the limit; how it ended is for the caller to see.</summary>
    public static async Task<bool> EndsWithinAsync(this Task task, TimeSpan limit)
    {
        if (task.IsCompleted)
            return true;
        using CancellationTokenSource over = new();
        Task first = await Task.WhenAny(task, Task.Delay(limit, over.Token));
        await over.CancelAsync();
        return first == task;
    }
}
