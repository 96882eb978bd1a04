using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

/// <summary>The root file systems of containers: writable snapshots on top of an image's layers.</summary>
internal sealed class ContainerRootfs(ContainerdClient containerd, ImageOptions options, KeyedGate gate, DiskSpace space)
{
    // From here on it is the container's record that keeps the snapshot; a crash before that leaves nothing forever.
    private static readonly TimeSpan s_untilContainer = TimeSpan.FromHours(1);

    private readonly SnapshotService _snapshots = containerd.Snapshots(options.Snapshotter);

    public async Task<IReadOnlyList<SnapshotMount>> PrepareAsync(
        Image image, string key, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        await UnpackAsync(image, cancel);
        // Always a new lease: without one, even for a moment, the collector takes it.
        string lease = LeasePrefix(key) + Guid.NewGuid().ToString("N");
        await containerd.Leases.CreateAsync(lease, options.Time.GetUtcNow() + s_untilContainer, cancel);
        if (await containerd.UnderLease(lease).Snapshots(options.Snapshotter).PrepareAsync(key, image.ChainId, labels, cancel) is { } made)
            return made;
        // What is there already goes under it too. Each write to containerd waits for its disk, so not before there is a need.
        await containerd.Leases.KeepAsync(lease, "snapshots/" + options.Snapshotter, key, cancel);
        return await MountsOfAsync(key, cancel);
    }

    /// <summary>For a container whose record names the key already: that keeps the snapshot from its first moment, with no lease.</summary>
    public async Task<IReadOnlyList<SnapshotMount>> PrepareForRecordAsync(
        Image image, string key, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        await UnpackAsync(image, cancel);
        return await _snapshots.PrepareAsync(key, image.ChainId, labels, cancel) ?? await MountsOfAsync(key, cancel);
    }

    public Task<IReadOnlyList<SnapshotMount>?> MountsAsync(string key, CancellationToken cancel) => _snapshots.MountsAsync(key, cancel);

    public async Task<bool> RemoveAsync(string key, CancellationToken cancel)
    {
        bool wasThere = await _snapshots.RemoveAsync(key, cancel);
        string prefix = LeasePrefix(key);
        foreach (string lease in (await containerd.Leases.ListAsync(cancel)).Where(l => l.StartsWith(prefix, StringComparison.Ordinal)))
            await containerd.Leases.DeleteAsync(lease, false, cancel);
        return wasThere;
    }

    private async Task<IReadOnlyList<SnapshotMount>> MountsOfAsync(string key, CancellationToken cancel) =>
        await _snapshots.MountsAsync(key, cancel)
            ?? throw new ImageException(ImageFailure.Other, $"the snapshot \"{key}\" went while it was prepared");

    // An image that ctr or crictl brought may lie here packed.
    private async Task UnpackAsync(Image image, CancellationToken cancel)
    {
        if (await _snapshots.FindAsync(image.ChainId, cancel) is not null)
            return;
        await using Lease lease = await Lease.TakeAsync(containerd, "unpack", options.Time, cancel);
        LayerUnpacker unpacker = new(lease, options.Snapshotter, gate, space);
        await unpacker.UnpackAsync(image.Tree, _ => Task.CompletedTask, (_, _) => { }, cancel);
    }

    private static string LeasePrefix(string key) =>
        $"pods-rootfs-{Sha256Digest.Short(Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(key)))}-";
}
