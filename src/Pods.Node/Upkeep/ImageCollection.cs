using Pods.Images;
using Pods.Linux;

namespace Pods.Node;

/// <summary>
/// Frees the disk of the images as the kubelet does: above the high mark unused ones go, those first that have been unused for longest,
/// until the low mark is reached. The pause image and what any container of containerd uses stay.
/// </summary>
internal sealed class ImageCollection(NodeServices node)
{
    private readonly UnusedImages _unused = new(node);
    private readonly Dictionary<string, DateTimeOffset> _unusedSince = [];   // by image id, from the first look on
    private string? _directory;

    /// <param name="disk">A directory on the disk of the images.</param>
    /// <param name="cancel">podsd stops.</param>
    public async Task CollectAsync(string disk, CancellationToken cancel)
    {
        DateTimeOffset now = node.Time.GetUtcNow();
        IReadOnlyList<Image> unused = await _unused.FindAsync(cancel);
        foreach (string used in _unusedSince.Keys.Except(unused.Select(i => i.Id)).ToArray())
            _unusedSince.Remove(used);
        foreach (Image image in unused)
            _unusedSince.TryAdd(image.Id, now);
        double used0 = DiskUpkeep.UsedPercent(disk);
        if (used0 < node.Options.ImageHighPercent)
            return;
        long freed = 0, total = (long)Files.Space(disk).TotalBytes;
        foreach (Image image in unused.Where(i => now - _unusedSince[i.Id] >= node.Options.ImageMinimumAge).OrderBy(i => _unusedSince[i.Id]))
        {
            // containerd frees the room a little later: what was removed counts as free at once.
            if (used0 - (100.0 * freed / total) <= node.Options.ImageLowPercent)
                break;
            await _unused.RemoveAsync(image, cancel);
            freed += image.Size;
            node.Log($"image {image.Name} removed: unused, and the disk of {disk} is {used0:F0} % full");
        }
    }

    /// <summary>Where the snapshotter keeps the layers; containerd is asked once.</summary>
    public async Task<string> DirectoryAsync(CancellationToken cancel) => _directory ??=
        (await node.Containerd.Introspection.PluginsAsync(cancel))
        .Where(p => p.Type == "io.containerd.snapshotter.v1" && p.Id == node.Options.Snapshotter)
        .Select(p => p.Exports.GetValueOrDefault("root")).FirstOrDefault(root => root is not null && Directory.Exists(root)) ?? "/var/lib";
}
