using Pods.Containerd;
using Pods.Images;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// Keeps the disks that pods fill from filling up: the one of the images, and, where they are others, those of volumes and logs. What
/// runs is never ended for it; the kubelet would evict pods, on a machine that has others to send them to.
/// </summary>
public sealed class DiskUpkeep(NodeServices node)
{
    // The kubelet's: of its look at the disks, and of the one for images.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10), LongestImagePeriod = TimeSpan.FromMinutes(5);

    private readonly ImageCollection _images = new(node);
    private readonly TeardownSteps _teardown = new(node);
    private readonly HashSet<string> _emptied = [];   // uids of pods that are over and have nothing on a disk any more but their logs
    private DateTimeOffset _lookedAtImages = DateTimeOffset.MinValue;

    /// <summary>Until podsd stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan images = Shorter(node.Options.ImageMinimumAge, LongestImagePeriod);
        using PeriodicTimer timer = new(Shorter(images, Period), node.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await EmptyPodsAsync(stopping);
                await LookAsync(images, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // podsd stops.
        }
    }

    private async Task LookAsync(TimeSpan imagePeriod, CancellationToken cancel)
    {
        try
        {
            string images = await _images.DirectoryAsync(cancel);
            DateTimeOffset now = node.Time.GetUtcNow();
            if (node.Options.ImageHighPercent < 100 && (IsHigh(images) || now - _lookedAtImages >= imagePeriod))
            {
                _lookedAtImages = now;
                await _images.CollectAsync(images, cancel);
            }
            Report([images, node.Options.Root, node.Options.LogDirectory]);
        }
        catch (Exception e) when (e is ContainerdException or ImageException or IOException)
        {
            // containerd is away, say: the next look is soon enough.
            node.Log($"disks: {e.Message}");
        }
    }

    /// <summary>A pod that is over keeps its status and its logs. What it had in volumes of its own goes, whether on a disk or in memory.</summary>
    private async Task EmptyPodsAsync(CancellationToken cancel)
    {
        IReadOnlyList<StoredPod> pods = node.Store.List();
        foreach (StoredPod stored in pods.Where(IsOver))
            try
            {
                if (_emptied.Contains(stored.Pod.Metadata!.Uid!))
                    continue;
                await _teardown.RemoveVolumesAsync(stored.Pod, cancel);
                _emptied.Add(stored.Pod.Metadata.Uid!);
            }
            catch (Exception e) when (e is ContainerdException or IOException or UnauthorizedAccessException)
            {
                // Its deletion has come first, or containerd is away: the next look sees.
                node.Log($"pod {stored.Pod.Metadata!.Uid}: its volumes, now that it is over: {e.Message}");
            }
        _emptied.IntersectWith(pods.Select(p => p.Pod.Metadata!.Uid!));
    }

    private static bool IsOver(StoredPod stored) => stored is { Pod.Metadata.DeletionTimestamp: null, Memory.Sandbox: null }
        && PodOutcome.Of(stored.Pod, stored.Memory) is not null;

    /// <summary>Told when it begins and when it is over, in the kubelet's words.</summary>
    private void Report(IReadOnlyList<string> directories)
    {
        string[] high = [.. directories.Where(d => Directory.Exists(d) && IsHigh(d)).DistinctBy(d => Files.Status(d)?.FileSystem)];
        bool hadPressure = node.Metrics.HasDiskPressure;
        node.Metrics.HasDiskPressure = high.Length > 0;
        if (hadPressure == high.Length > 0)
            return;
        string message = high.Length == 0 ? $"Node {node.Options.NodeName} status is now: NodeHasNoDiskPressure"
            : $"Node {node.Options.NodeName} status is now: NodeHasDiskPressure: "
                + string.Join(", ", high.Select(d => $"the disk of {d} is {UsedPercent(d):F0} % full"));
        node.Log(message);
        node.Events.Tell(
            new ObjectReference { Kind = "Node", ApiVersion = "v1", Namespace = "default", Name = node.Options.NodeName, Uid = node.Options.NodeName },
            high.Length == 0 ? ObjectEvent.Normal : ObjectEvent.Warning, high.Length == 0 ? "NodeHasNoDiskPressure" : "NodeHasDiskPressure", message);
    }

    private bool IsHigh(string directory) => UsedPercent(directory) >= node.Options.ImageHighPercent;

    /// <summary>Of the room or of the inodes, whichever is nearer to its end.</summary>
    internal static double UsedPercent(string directory)
    {
        FileSystemSpace space = Files.Space(directory);
        double room = space.TotalBytes == 0 ? 0 : 100.0 * (space.TotalBytes - space.AvailableBytes) / space.TotalBytes;
        double inodes = space.Inodes == 0 ? 0 : 100.0 * (space.Inodes - space.FreeInodes) / space.Inodes;
        return Math.Max(room, inodes);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
