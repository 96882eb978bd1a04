using Pods.Containerd;
using Pods.Images;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Ends one container: its own stop signal, the image's, or SIGTERM, to its first process, and SIGKILL to all when its time is up.</summary>
internal sealed class StopSteps(NodeServices node)
{
    /// <summary>Answers how it ended; null when nobody knows any more.</summary>
    public async Task<ProcessExit?> StopAsync(Pod pod, ContainerRun run, DateTimeOffset killAt, CancellationToken cancel)
    {
        // Asked first: the exit cannot be missed.
        Task<ProcessExit?> ended = node.Containerd.Tasks.WaitAsync(run.Id, "", cancel);
        if (!await node.Containerd.Tasks.KillAsync(run.Id, await SignalAsync(pod, run, cancel), "", all: false, cancel))
            return await ended;
        TimeSpan grace = killAt - node.Time.GetUtcNow();
        try
        {
            return await ended.WaitAsync(grace > TimeSpan.Zero ? grace : TimeSpan.Zero, node.Time, cancel);
        }
        catch (TimeoutException)
        {
            await node.Containerd.Tasks.KillAsync(run.Id, Signals.SIGKILL, "", all: true, cancel);
            return await ended;
        }
    }

    private async Task<int> SignalAsync(Pod pod, ContainerRun run, CancellationToken cancel)
    {
        Container? container = ContainerRules.Find(pod.Spec!, run.Name);
        if (container?.Lifecycle?.StopSignal is { } wanted && Signals.TryParse(wanted, out int own))
            return own;
        Image? image = container?.Image is { } name ? await node.Images.FindAsync(name, cancel) : null;
        return image?.Config.Config?.StopSignal is { } text && Signals.TryParse(text, out int signal) ? signal : Signals.SIGTERM;
    }
}
