using Containerd.Events;
using Pods.Containerd;

namespace Pods.Node;

/// <summary>
/// Follows containerd's events about tasks for as long as podsd runs. After each connection everything is looked at once,
/// since nothing that happened before it is told again.
/// </summary>
internal sealed class TaskEvents(
    ContainerdClient containerd, NodeOptions options, Action<string> log,
    Action<string, int, DateTimeOffset> exited, Action<string> outOfMemory, Func<CancellationToken, Task> resync)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly string[] Filters = ["topic==\"/tasks/exit\"", "topic==\"/tasks/oom\""];

    public async Task RunAsync(CancellationToken stopping)
    {
        string? said = null;
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await FollowAsync(() => (pause, said) = (FirstPause, null), stopping);
            }
            catch (ContainerdException e)
            {
                // Said once, not at every try: a containerd that is stopped for an hour fills no log.
                if (e.Message != said)
                    log($"containerd at {options.ContainerdAddress}: {e.Message}; trying again");
                said = e.Message;
            }
            // Waits in real time even where tests move the clock: it is the other process that needs it.
            await Task.Delay(pause, stopping);
        }
    }

    private async Task FollowAsync(Action synced, CancellationToken stopping)
    {
        TaskCompletionSource subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        IAsyncEnumerator<ContainerdEvent> events =
            containerd.Events.SubscribeAsync(Filters, subscribed, over.Token).GetAsyncEnumerator(over.Token);
        await using (events)
        {
            Task<bool> first = events.MoveNextAsync().AsTask();
            try
            {
                await Task.WhenAny(subscribed.Task, first);
                // Subscribed first, then looked: nothing falls between the two.
                await resync(stopping);
            }
            catch
            {
                // An enumerator may be let go only when it is at rest.
                await over.CancelAsync();
                await Task.WhenAny(first);
                throw;
            }
            synced();
            for (bool any = await first; any; any = await events.MoveNextAsync())
                Handle(events.Current);
        }
    }

    private void Handle(ContainerdEvent happened)
    {
        if (happened.Namespace != options.ContainerdNamespace)
            return;
        // The end of an exec has another id than its container's.
        if (happened.As<TaskExit>() is { } exit && exit.Id == exit.ContainerId)
            exited(exit.ContainerId, (int)exit.ExitStatus, exit.ExitedAt?.ToDateTimeOffset() ?? happened.At);
        else if (happened.As<TaskOOM>() is { } oom)
            outOfMemory(oom.ContainerId);
    }
}
