using Pods.Containerd;
using Pods.Images;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Asks the containers of a pod to end: the image's stop signal, or SIGTERM, to each first process.</summary>
internal sealed class TerminationSteps(NodeServices node)
{
    public Task TerminateAsync(StoredPod stored, CancellationToken cancel) => Task.WhenAll(
        stored.Memory.Runs.Values.Where(r => r.Phase == RunPhase.Running).Select(r => SignalAsync(stored.Pod, r, cancel)));

    private async Task SignalAsync(Pod pod, ContainerRun run, CancellationToken cancel)
    {
        Container? container = (pod.Spec!.InitContainers ?? []).Concat(pod.Spec.Containers ?? []).FirstOrDefault(c => c.Name == run.Name);
        Image? image = container?.Image is { } name ? await node.Images.FindAsync(name, cancel) : null;
        if (image?.Config.Config?.StopSignal is not { } text || !Signals.TryParse(text, out int signal))
            signal = Signals.SIGTERM;
        await node.Containerd.Tasks.KillAsync(run.Id, signal, "", all: false, cancel);
    }
}
