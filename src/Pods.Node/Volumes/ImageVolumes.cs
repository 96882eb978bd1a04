using Pods.Containerd;
using Pods.Images;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Volumes that are the files of an image: pulled as the containers' images are, mounted read-only once per pod.</summary>
internal sealed class ImageVolumes(NodeServices node)
{
    private readonly ImageSupply _images = new(node);
    private readonly SemaphoreSlim _gate = new(1);   // two containers of the pod may mount the same volume

    /// <summary>Makes those that the container mounts.</summary>
    /// <exception cref="StepException">With the kubelet's reasons for images.</exception>
    public async Task PrepareAsync(Pod pod, Container container, PodUsers? users, CancellationToken cancel)
    {
        HashSet<string?> mounted = [.. (container.VolumeMounts ?? []).Select(m => m.Name)];
        foreach (Volume volume in (pod.Spec!.Volumes ?? []).Where(v => v.Image is not null && mounted.Contains(v.Name)))
        {
            await _gate.WaitAsync(cancel);
            try
            {
                await MountAsync(pod, volume, users, cancel);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    public async Task RemoveAsync(Pod pod, CancellationToken cancel)
    {
        foreach (Volume volume in (pod.Spec!.Volumes ?? []).Where(v => v.Image is not null))
        {
            Mounts.DetachAll(PodVolumes.Source(node.Options, pod, volume));
            await node.Images.RemoveRootfsAsync(Key(pod, volume), cancel);
        }
    }

    private async Task MountAsync(Pod pod, Volume volume, PodUsers? users, CancellationToken cancel)
    {
        string path = PodVolumes.Source(node.Options, pod, volume);
        if (Directory.Exists(path) && Mounts.IsMountPoint(path))
            return;
        Image image = await _images.GetAsync(pod, volume.Image!.Reference!, volume.Image.PullPolicy, container: null, cancel);
        Dictionary<string, string> labels = PodLabels.Of(pod, node.Options, "volume");
        // No container's record keeps this snapshot from the collector.
        labels["containerd.io/gc.root"] = node.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        IReadOnlyList<SnapshotMount> mounts = await node.Images.PrepareRootfsAsync(image, Key(pod, volume), labels, cancel);
        Directory.CreateDirectory(path);
        try
        {
            Mounts.AttachAll(UserNamespaces.Map(mounts, users).Select(m => new Mount(m.Type, m.Source, m.Target, [.. m.Options, "ro"])), path,
                _ => Namespaces.Open(users!.Namespace));
        }
        catch (IOException e)
        {
            throw new StepException(StepReason.FailedMount, $"MountVolume.SetUp failed for volume \"{volume.Name}\" : {e.Message}", e);
        }
    }

    private static string Key(Pod pod, Volume volume) => $"pods-volume-{pod.Metadata!.Uid}-{volume.Name}";
}
