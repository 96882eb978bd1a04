using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

/// <summary>Stacks an image's layers into snapshots, lowest first; what another image has unpacked is taken as it is.</summary>
internal sealed class LayerUnpacker(Lease lease, string snapshotter, KeyedGate gate, DiskSpace space)
{
    private static readonly TimeSpan s_cleanUpLimit = TimeSpan.FromSeconds(10);

    private readonly SnapshotService _snapshots = lease.Containerd.Snapshots(snapshotter);

    /// <summary>The snapshot's key is the chain id. The layer is awaited only when it has to be unpacked.</summary>
    public async Task UnpackAsync(ImageTree image, Func<int, Task> layerIsHere, Action<int, PullStage> report, CancellationToken cancel)
    {
        for (int i = 0; i < image.Manifest.Layers.Count; i++)
        {
            await layerIsHere(i);
            string parent = Sha256Digest.ChainId(image.Config.Rootfs.DiffIds.Take(i));
            string chain = Sha256Digest.ChainId(image.Config.Rootfs.DiffIds.Take(i + 1));
            using (await gate.EnterAsync(chain, cancel))
            {
                await lease.KeepSnapshotAsync(snapshotter, chain, cancel);
                if (await _snapshots.FindAsync(chain, cancel) is null)
                {
                    report(i, PullStage.Unpacking);
                    await ApplyAsync(image.Manifest.Layers[i], image.Config.Rootfs.DiffIds[i], parent, chain, cancel);
                }
            }
            await lease.Containerd.Content.LabelAsync(
                image.Manifest.Layers[i].Digest, new Dictionary<string, string> { [GcLabels.Uncompressed] = image.Config.Rootfs.DiffIds[i] }, cancel);
            report(i, PullStage.Done);
        }
        await lease.Containerd.Content.LabelAsync(image.Id, GcLabels.Snapshot(snapshotter, image.ChainId), cancel);
    }

    private async Task ApplyAsync(ImageDescriptor layer, string diffId, string parent, string chain, CancellationToken cancel)
    {
        // containerd and its tools know "extract-" keys as unpacking in progress; the rest keeps ours from theirs.
        string key = $"extract-pods-{Guid.NewGuid():N} {chain}";
        Dictionary<string, string> labels = new() { ["containerd.io/snapshot.ref"] = chain };
        // Not given up half-way: containerd would make a snapshot all the same, and nobody would know of it.
        IReadOnlyList<SnapshotMount>? mounts = await _snapshots.PrepareAsync(key, parent, labels, CancellationToken.None);
        // A snapshotter that fetches layers itself answers "exists": the committed snapshot is there then.
        if (mounts is null)
            return;
        try
        {
            string applied = await lease.Containerd.Diff.ApplyAsync(layer, mounts, cancel);
            if (applied != diffId)
                throw new ImageException(ImageFailure.BadContent,
                    $"layer {Sha256Digest.Short(layer.Digest)} unpacks to {applied}, and its configuration says {diffId}");
            if (!await _snapshots.CommitAsync(chain, key, labels, cancel))
                await RemoveAsync(key);     // another process was first
        }
        catch (Exception e)
        {
            bool canExplain = e is ContainerdException { IsUnavailable: false };
            ImageException? full = canExplain ? await space.ExplainAsync(e, CancellationToken.None) : null;
            await RemoveAsync(key);
            if (full is not null)
                throw full;
            throw;
        }
    }

    private async Task RemoveAsync(string key)
    {
        using CancellationTokenSource limit = new(s_cleanUpLimit);
        try
        {
            await _snapshots.RemoveAsync(key, limit.Token);
        }
        catch (Exception e) when (e is ContainerdException or OperationCanceledException)
        {
            // Nothing refers to it but the lease, with which it goes.
        }
    }
}
