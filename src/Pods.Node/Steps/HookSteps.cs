using Pods.Manifests;

namespace Pods.Node;

/// <summary>Runs the hooks of a container: postStart before it counts as running, preStop before its stop signal.</summary>
internal sealed class HookSteps(NodeServices node)
{
    /// <summary>Null when it went well, else the sentence for the status.</summary>
    public async Task<string?> PostStartAsync(StoredPod stored, Container container, CancellationToken cancel)
    {
        try
        {
            return await RunAsync(stored, container, container.Lifecycle!.PostStart!, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return e.Message;
        }
    }

    /// <summary>At most until the deadline: what the hook takes is taken from the grace period. Its failure stops nothing.</summary>
    public async Task PreStopAsync(StoredPod stored, Container container, DateTimeOffset deadline, CancellationToken cancel)
    {
        using CancellationTokenSource limit = new(Remaining(deadline), node.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            if (await RunAsync(stored, container, container.Lifecycle!.PreStop!, either.Token) is { } failure)
                Warn(stored, container, failure);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Warn(stored, container, $"preStop hook of container \"{container.Name}\" did not end within the grace period");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Warn(stored, container, $"container \"{container.Name}\": {e.Message}");
        }
    }

    private async Task<string?> RunAsync(StoredPod stored, Container container, LifecycleHandler handler, CancellationToken cancel)
    {
        if (handler.Sleep is { } sleep)
        {
            await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds ?? 0), node.Time, cancel);
            return null;
        }
        ProbeAnswer answer = handler.Exec is { } exec
            ? await ExecProbe.AskAsync(node, stored, container, exec, cancel)
            : await HttpAsync(stored, container, handler.HttpGet!, cancel);
        if (answer.IsGood)
            return null;
        string what = handler.Exec is { } failed
            ? $"Exec lifecycle hook ([{string.Join(' ', failed.Command ?? [])}])" : $"HTTP lifecycle hook ({handler.HttpGet!.Path})";
        return $"{what} for Container \"{container.Name}\" in Pod \"{stored.Pod.Metadata!.Name}\" failed: {answer.Output}";
    }

    // Any answer is a good one, as with the kubelet: a hook tells the container something, it asks nothing.
    private async Task<ProbeAnswer> HttpAsync(StoredPod stored, Container container, HttpGetAction request, CancellationToken cancel)
    {
        ProbeAnswer answer = await node.Probes.Http.AskAsync(ProbeTarget.Of(node, stored, container), request, cancel);
        return answer with { IsGood = answer.IsGood || answer.WasAnswered };
    }

    private TimeSpan Remaining(DateTimeOffset deadline) =>
        deadline - node.Time.GetUtcNow() is { } left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private void Warn(StoredPod stored, Container container, string what) =>
        node.Events.Warn(stored.Pod, "FailedPreStopHook", what, container.Name);
}
