using Pods.Manifests;

namespace Pods.Node;

/// <summary>Keeps the written volumes of one running pod as their sources are. Its pod's worker calls it; it writes beside the worker.</summary>
internal sealed class VolumeUpdates(NodeServices node, Action wake, CancellationToken stopping)
{
    // What failed for want of disk space is tried again then; a missing source is told by the store when it comes.
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(10);

    private readonly WrittenVolumes _volumes = new(node);
    private Task _writing = Task.CompletedTask;
    private (long Objects, ObjectMeta? Metadata)? _seen;
    private DateTimeOffset? _retryAt;   // written by the writer, read when it has ended

    /// <summary>Begins an update if objects, labels or annotations have changed since the last one, or the last one failed.</summary>
    public void Follow(StoredPod stored)
    {
        if (!_writing.IsCompleted || stored.Memory.Sandbox is not { IsReady: true, HasEnded: false }
            || (stored.Pod.Spec!.Volumes ?? []).All(v => !v.IsWritten()))
            return;
        ObjectMeta? metadata = stored.Pod.Metadata is { } meta ? new() { Labels = meta.Labels, Annotations = meta.Annotations } : null;
        // Before anything is read: what changes meanwhile is seen the next time.
        (long, ObjectMeta?) now = (node.Objects.Version, metadata);
        if (_seen == now && !(_retryAt <= node.Time.GetUtcNow()))
            return;
        _seen = now;
        _writing = WriteAsync(stored.Pod);
    }

    /// <summary>Nothing is being written.</summary>
    public Task IdleAsync() => _writing;

    private async Task WriteAsync(Pod pod)
    {
        await Task.Yield();
        IReadOnlyList<string> failures = _volumes.Refresh(pod);
        foreach (string failure in failures)
            node.Events.Warn(pod, StepReason.FailedMount, failure);
        _retryAt = failures.Count > 0 ? node.Time.GetUtcNow() + s_retry : null;
        // Another change may have come while this one was written; the task itself ends a moment after this call.
        _ = failures.Count == 0 ? Task.Run(wake, stopping) : Task.Delay(s_retry, node.Time, stopping)
            .ContinueWith(_ => wake(), stopping, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }
}
