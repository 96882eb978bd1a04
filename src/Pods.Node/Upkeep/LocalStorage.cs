using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pods.Containerd;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// Ends pods that have written more to the node's disk than their manifests allow, as the kubelet does: sizeLimit of an emptyDir, and
/// the containers' limits of ephemeral-storage. Pods without such limits cost nothing.
/// </summary>
public sealed class LocalStorage(PodNode node)
{
    // The kubelet's; and what a look at one directory may take.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10), Limit = TimeSpan.FromMinutes(1);

    private readonly NodeServices _services = node.Services;

    /// <summary>Until podsd stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using PeriodicTimer timer = new(Period, _services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
                foreach (StoredPod stored in _services.Store.List().Where(IsToBeMeasured))
                    await LookAsync(stored, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops.
        }
    }

    private static bool IsToBeMeasured(StoredPod stored) =>
        stored is { Pod.Metadata.DeletionTimestamp: null, Memory: { Verdict: null, Sandbox: not null } } && StorageUse.IsLimited(stored.Pod.Spec!);

    private async Task LookAsync(StoredPod stored, CancellationToken cancel)
    {
        try
        {
            if ((await MeasureAsync(stored, cancel)).Excess(stored.Pod.Spec!) is { } message)
                node.Evict(stored.Pod.Metadata!.Uid!, message);
        }
        catch (Exception e) when (e is ContainerdException or IOException)
        {
            // containerd is away, say: the next look is soon enough.
            _services.Log($"pod {stored.Pod.Metadata!.Uid}: what it has written is not known: {e.Message}");
        }
    }

    private async Task<StorageUse> MeasureAsync(StoredPod stored, CancellationToken cancel)
    {
        Pod pod = stored.Pod;
        Dictionary<string, long> volumes = [], containers = [];
        foreach (Volume volume in StorageUse.DiskVolumes(pod.Spec!))
            volumes[volume.Name!] = await SizeAsync(PodVolumes.Source(_services.Options, pod, volume), cancel);
        if (StorageUse.TotalLimit(pod.Spec!) is null)
            return new(volumes, containers);
        SnapshotService snapshots = _services.Containerd.Snapshots(_services.Options.Snapshotter);
        string logs = _services.Options.PodLogs(pod.Metadata!.Namespace!, pod.Metadata.Name!, pod.Metadata.Uid!);
        foreach (ContainerRun run in stored.Memory.Runs.Values.Where(r => r.Id.Length > 0))
            containers[run.Name] = (await snapshots.UsageAsync(run.Id, cancel))?.Size ?? 0L;
        foreach (string name in containers.Keys.ToArray())
            containers[name] += await SizeAsync(Path.Combine(logs, name), cancel);
        return new(volumes, containers);
    }

    /// <summary>
    /// What a directory takes on its disk. du(1) goes where the path would be too long for us, and counts a file of many names once;
    /// what is mounted below is another disk's.
    /// </summary>
    private static async Task<long> SizeAsync(string directory, CancellationToken cancel)
    {
        if (!Directory.Exists(directory))
            return 0;
        ProcessStartInfo start = new("du", ["-s", "-x", "-k", "--", directory]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            // It fails when a file vanishes under it, and has counted the others.
            return long.TryParse(output.Split('\t')[0], CultureInfo.InvariantCulture, out long kibibytes)
                ? kibibytes * 1024 : throw new IOException($"du {directory}: {(await errors).Trim()}");
        }
        catch (Win32Exception e)
        {
            throw new IOException($"du {directory}: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"du {directory}: not done within {Limit.TotalSeconds} s");
        }
    }
}
