using Pods.Containerd;
using Pods.Manifests;
using Pods.Network;

namespace Pods.Node;

/// <summary>After a restart of podsd, containerd or the machine: what has happened meanwhile, and what a crash left behind.</summary>
internal sealed class Recovery(NodeServices node)
{
    private const int Unknown = 137;   // killed with its shim or with the machine: nobody saw the exit

    /// <summary>
    /// What is remembered as running, held against the tasks that there are. A sandbox of another boot of the machine is over with all
    /// that ran in it, whatever containerd has kept of it on a disk. Pure.
    /// </summary>
    public static PodMemory CatchUp(
        PodMemory memory, PodSpec spec, IReadOnlyDictionary<string, TaskRecord> tasks, string bootId, DateTimeOffset now)
    {
        if (memory.Sandbox?.BootId is { } boot && boot != bootId)
            tasks = new Dictionary<string, TaskRecord>();
        foreach (ContainerRun run in memory.Runs.Values.Where(r => r.Phase == RunPhase.Running).ToArray())
            if (!IsAlive(tasks, run.Id, out TaskRecord? task))
                memory = MemoryChanges.Exited(memory, spec, run.Id, task?.ExitStatus ?? Unknown, task?.ExitedAt ?? now);
        if (memory.Sandbox is { IsReady: true, HasEnded: false } sandbox && !IsAlive(tasks, sandbox.Id, out TaskRecord? _))
            memory = memory with { Sandbox = sandbox with { HasEnded = true } };
        return memory;
    }

    /// <summary>Containers with our labels of pods that there are not, half-made ones of pods that there are, their networks and cgroups.</summary>
    public async Task RemoveOrphansAsync(CancellationToken cancel)
    {
        TeardownSteps teardown = new(node);
        IReadOnlyList<ContainerRecord> ours = await node.Containerd.Containers.ListAsync(
            cancel, $"labels.\"{PodLabels.Owner}\"==\"{node.Options.Root}\"");
        foreach (IGrouping<string, ContainerRecord> pod in ours.GroupBy(c => c.Labels.GetValueOrDefault(PodLabels.Uid, "")))
        {
            StoredPod? stored = node.Store.FindByUid(pod.Key);
            foreach (ContainerRecord container in pod.Where(c => !Knows(stored, c.Id)))
            {
                node.Log($"removing container {container.Id} of pod {pod.Key}: left behind by a crash");
                await TryAsync($"container {container.Id}", () => teardown.RemoveContainerAsync(container.Id, cancel));
            }
        }
        string[] sandboxes = [.. node.Store.List().Select(p => p.Memory.Sandbox?.Id).OfType<string>()];
        foreach (string id in node.Network.CachedSandboxes().Except(sandboxes))
            await TryAsync($"the network of sandbox {id}", () => teardown.RemoveNetworkAsync(id, cancel));
        await RemoveFilesAsync([.. ours.Select(c => c.Labels.GetValueOrDefault(PodLabels.Uid, ""))], cancel);
    }

    /// <summary>A leftover that will not go, its plugin gone say, must not hold up the pods that there are: the next start tries again.</summary>
    private async Task TryAsync(string what, Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (Exception e) when (e is CniException or IOException or StepException or ContainerdException { IsUnavailable: false })
        {
            node.Log($"removing {what}, left behind by a crash: {e.Message}");
        }
    }

    private static bool Knows(StoredPod? stored, string id) =>
        stored is not null && (stored.Memory.Sandbox?.Id == id || stored.Memory.Runs.Values.Any(r => r.Id == id));

    private static bool IsAlive(IReadOnlyDictionary<string, TaskRecord> tasks, string id, out TaskRecord? task) =>
        tasks.TryGetValue(id, out task) && task.Status is ProcessStatus.Running or ProcessStatus.Paused or ProcessStatus.Pausing;

    /// <summary>
    /// Cgroups and directories. The parent of the cgroups may be other podsds' too: only those go whose pod had a container or a
    /// directory of ours, and the directory goes last, so that a crash in between leaves what it tells.
    /// </summary>
    private async Task RemoveFilesAsync(IReadOnlyList<string> uids, CancellationToken cancel)
    {
        PodCgroups cgroups = new(node.Options);
        string[] parents = [Path.Combine(node.Options.Root, "pods"), Path.Combine(node.Options.State, "pods")];
        IEnumerable<string> directories = parents.Where(Directory.Exists).SelectMany(Directory.GetDirectories).Select(d => Path.GetFileName(d)!);
        foreach (string uid in directories.Concat(uids).Where(u => u.Length > 0 && node.Store.FindByUid(u) is null).Distinct().ToArray())
        {
            foreach (string cgroup in cgroups.NamesOf(uid))
                await TryAsync($"cgroup {cgroup}", () => PodCgroups.RemoveAsync(cgroup, cancel));
            PodVolumes.Remove(node.Options, uid);
        }
    }
}
