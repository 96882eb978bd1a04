namespace Pods.Images;

internal static class FirstFailure
{
    /// <summary>Waits for all, stops the rest at the first that fails, and throws that one: the others failed because of it.</summary>
    public static async Task AllAsync(IReadOnlyCollection<Task> tasks, CancellationTokenSource stop)
    {
        Exception? first = null;
        await foreach (Task done in Task.WhenEach(tasks))
        {
            if (done.IsCompletedSuccessfully || first is not null)
                continue;
            first = done.Exception?.InnerException ?? new TaskCanceledException(done);
            await stop.CancelAsync();
        }
        if (first is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }
}
