using Pods.Containerd;
using Pods.Images;
using Pods.Linux;

namespace Pods.Node;

/// <summary>
/// Keeps the disk of the images from filling up, as the kubelet does: above the high mark unused images go, those first that have been
/// unused for longest, until the low mark is reached. The pause image and what any container of containerd uses stay.
/// </summary>
public sealed class ImageCollection(NodeServices node)
{
    // The kubelet's.
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMinutes(5);

    private readonly UnusedImages _unused = new(node);
    private readonly Dictionary<string, DateTimeOffset> _unusedSince = [];   // by image id, from the first look on

    /// <summary>Until podsd stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan period = node.Options.ImageMinimumAge < LongestPeriod ? node.Options.ImageMinimumAge : LongestPeriod;
        using PeriodicTimer timer = new(period, node.Time);
        try
        {
            while (node.Options.ImageHighPercent < 100 && await timer.WaitForNextTickAsync(stopping))
                await TryCollectAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops.
        }
    }

    private async Task TryCollectAsync(CancellationToken cancel)
    {
        try
        {
            await CollectAsync(cancel);
        }
        catch (Exception e) when (e is ContainerdException or ImageException or IOException)
        {
            // containerd is away, say: the next look is soon enough.
            node.Log($"image collection: {e.Message}");
        }
    }

    private async Task CollectAsync(CancellationToken cancel)
    {
        DateTimeOffset now = node.Time.GetUtcNow();
        IReadOnlyList<Image> unused = await _unused.FindAsync(cancel);
        foreach (string used in _unusedSince.Keys.Except(unused.Select(i => i.Id)).ToArray())
            _unusedSince.Remove(used);
        foreach (Image image in unused)
            _unusedSince.TryAdd(image.Id, now);
        string disk = await DirectoryAsync(cancel);
        if (UsedPercent(disk) < node.Options.ImageHighPercent)
            return;
        long freed = 0, total = (long)Files.Space(disk).TotalBytes;
        double used0 = UsedPercent(disk);
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

    /// <summary>Where the snapshotter keeps the layers.</summary>
    private async Task<string> DirectoryAsync(CancellationToken cancel) => (await node.Containerd.Introspection.PluginsAsync(cancel))
        .Where(p => p.Type == "io.containerd.snapshotter.v1" && p.Id == node.Options.Snapshotter)
        .Select(p => p.Exports.GetValueOrDefault("root")).FirstOrDefault(root => root is not null && Directory.Exists(root)) ?? "/var/lib";

    private static double UsedPercent(string directory)
    {
        FileSystemSpace space = Files.Space(directory);
        return space.TotalBytes == 0 ? 0 : 100.0 * (space.TotalBytes - space.AvailableBytes) / space.TotalBytes;
    }
}
