using Pods.Containerd;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Removes what a pod has, in an order that can be begun again at any point: every part that is gone already is fine.</summary>
internal sealed class TeardownSteps(NodeServices node)
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Everything that containerd and the kernel hold of a pod. Files, volumes and logs stay.</summary>
    public async Task RemoveSandboxAsync(string uid, string? sandboxId, string? cgroup, CancellationToken cancel)
    {
        IReadOnlyList<ContainerRecord> containers = await node.Containerd.Containers.ListAsync(
            cancel, $"labels.\"{PodLabels.Uid}\"==\"{uid}\",labels.\"{PodLabels.Owner}\"==\"{node.Options.Root}\"");
        ILookup<bool, string> ids = containers.ToLookup(c => c.Labels.GetValueOrDefault(PodLabels.Kind) == "sandbox", c => c.Id);
        string[] sandboxes = [.. ids[true].Append(sandboxId).OfType<string>().Distinct()];
        // Pause goes last and the network after the apps: it holds what they live in, and they use it to their end.
        await Task.WhenAll(ids[false].Select(id => KillAndDeleteTaskAsync(id, cancel)));
        // What is left is no business of each other, and waits for other parts: disk, plugins, shim.
        await Task.WhenAll([
            .. ids[false].Select(id => RemoveRecordAsync(id, cancel)),
            .. ids[true].Select(id => RemoveContainerAsync(id, cancel)),
            .. sandboxes.Select(id => RemoveNetworkAsync(id, cancel)),
        ]);
        if (cgroup is not null)
            await PodCgroups.RemoveAsync(cgroup, cancel);
    }

    public async Task RemoveContainerAsync(string id, CancellationToken cancel)
    {
        await KillAndDeleteTaskAsync(id, cancel);
        await RemoveRecordAsync(id, cancel);
    }

    private async Task RemoveRecordAsync(string id, CancellationToken cancel)
    {
        await node.Containerd.Containers.DeleteAsync(id, cancel);
        await node.Images.RemoveRootfsAsync(id, cancel);
    }

    public async Task RemoveNetworkAsync(string sandboxId, CancellationToken cancel)
    {
        string path = node.Options.NetworkNamespace(sandboxId);
        await node.Network.TearDownAsync(sandboxId, File.Exists(path) ? path : null, cancel);
        Namespaces.Unpin(path);
        Namespaces.Unpin(node.Options.UserNamespace(sandboxId));
    }

    private async Task KillAndDeleteTaskAsync(string id, CancellationToken cancel)
    {
        if (await node.Containerd.Tasks.FindAsync(id, "", cancel) is { Status: not ProcessStatus.Stopped })
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(KillLimit);
            Task<ProcessExit?> ended = node.Containerd.Tasks.WaitAsync(id, "", limit.Token);
            await node.Containerd.Tasks.KillAsync(id, Signals.SIGKILL, "", all: true, cancel);
            try
            {
                await ended;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new StepException(StepReason.FailedKillPod, $"container {id}: still there {KillLimit.TotalSeconds} s after SIGKILL");
            }
        }
        // Also one that is not found: a deletion whose caller was killed may have left containerd with its shim and bundle, and no more.
        await node.Containerd.Tasks.DeleteAsync(id, cancel);
    }

    /// <summary>The rest of a pod that is deleted: volumes, mounts, logs.</summary>
    public async Task RemoveFilesAsync(Pod pod, CancellationToken cancel)
    {
        await RemoveVolumesAsync(pod, cancel);
        string logs = node.Options.PodLogs(pod.Metadata!.Namespace!, pod.Metadata.Name!, pod.Metadata.Uid!);
        if (Directory.Exists(logs))
            Directory.Delete(logs, recursive: true);
    }

    /// <summary>What it had for itself in volumes and mounts.</summary>
    public async Task RemoveVolumesAsync(Pod pod, CancellationToken cancel)
    {
        await new ImageVolumes(node).RemoveAsync(pod, cancel);
        PodVolumes.Remove(node.Options, pod.Metadata!.Uid!);
    }
}
