using System.Threading.Channels;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Finds the log that a request means; refuses, in the kubelet's words, what there is none of.</summary>
public sealed class PodLog(NodeServices node)
{
    private readonly ContainerSteps _containers = new(node);

    /// <exception cref="NodeException">No such container, or none of its runs has a log.</exception>
    public async Task CopyAsync(StoredPod stored, PodLogRequest request, Stream output, CancellationToken cancel)
    {
        string container = ContainerChoice.Of(stored.Pod, request.Container);
        int run = RunOf(stored, container, request.Previous);
        string path = _containers.LogPath(stored.Pod, container, run);
        if (stored.Memory.Run(container) is { Phase: RunPhase.Exited, Ended.FinishedAt: { } at } && node.Time.GetUtcNow() - at < LogLock.Longest)
            await LogLock.ReleasedAsync(path, cancel);
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        // Found, be it that nothing is written for hours: who follows it hears so at once.
        if (request.Follow)
            await output.FlushAsync(cancel);
        Task ended = request.Follow ? EndAsync(stored, container, run, path, done.Token) : Task.CompletedTask;
        try
        {
            await new ContainerLog(path).CopyAsync(request, output, ended, cancel);
        }
        finally
        {
            await done.CancelAsync();
            await ended;
        }
    }

    private int RunOf(StoredPod stored, string container, bool previous)
    {
        ObjectMeta meta = stored.Pod.Metadata!;
        ContainerRun? run = stored.Memory.Run(container);
        if (run is not { Id.Length: > 0 })
            throw NodeException.BadRequest(
                $"container \"{container}\" in pod \"{meta.Name}\" is waiting to start: {Waiting(stored.Pod, container) ?? "ContainerCreating"}");
        if (!previous)
            return run.RestartCount;
        // While it waits for its next run, the one that has ended is the previous one.
        int before = run is { Phase: not RunPhase.Running, WillRestart: true } ? run.RestartCount : run.RestartCount - 1;
        return before >= 0 && File.Exists(_containers.LogPath(stored.Pod, container, before)) ? before
            : throw NodeException.BadRequest($"previous terminated container \"{container}\" in pod \"{meta.Name}\" not found");
    }

    private static string? Waiting(Pod pod, string container) =>
        (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? [])
            .FirstOrDefault(s => s.Name == container)?.State?.Waiting?.Reason;

    /// <summary>Ends when that run does, and its last line is written, or with the reader.</summary>
    private async Task EndAsync(StoredPod stored, string container, int run, string path, CancellationToken cancel)
    {
        string uid = stored.Pod.Metadata!.Uid!;
        using ChangeSubscription<Pod> changes = node.Store.History.Subscribe(node.Store.Version);
        try
        {
            while (node.Store.FindByUid(uid)?.Memory.Run(container) is { Phase: RunPhase.Running } now && now.RestartCount == run)
            {
                Change<Pod> change;
                do
                    change = await changes.Changes.ReadAsync(cancel);
                while (change.Object.Metadata?.Uid != uid);
            }
            await LogLock.ReleasedAsync(path, cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The reader is gone, or so far behind that nobody reads.
        }
    }
}
