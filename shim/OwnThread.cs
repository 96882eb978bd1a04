namespace Pods.Shim;

/// <summary>
/// Runs what may hold its thread for seconds, a mount or the removal of a busy one, beside the pool: its few workers answer State
/// meanwhile, and containerd takes a container down whose shim does not answer within 2 s.
/// </summary>
internal static class OwnThread
{
    public static Task RunAsync(Action work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
