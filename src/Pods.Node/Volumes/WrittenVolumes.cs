using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Writes the files of configMap, secret, downwardAPI and projected volumes: for the first time, and again when they change.</summary>
internal sealed class WrittenVolumes(NodeServices node)
{
    private const int Traversable = 0b111_101_101;

    /// <exception cref="SpecException">Something that is not optional is missing.</exception>
    public void Prepare(Pod pod, Volume volume, string path)
    {
        IReadOnlyList<VolumeFile> files = VolumeContent.Of(pod, volume, node.Facts,
            (kind, name) => node.Objects.Find(kind, pod.Metadata!.Namespace!, name));
        Directory.CreateDirectory(path);
        // Secrets never touch a disk: everything but configMap is in memory.
        if (volume.ConfigMap is null && !Mounts.IsMountPoint(path))
            Mounts.Attach(new Mount("tmpfs", "tmpfs", "", ["nosuid", "nodev", "noexec", "mode=0755"]), path);
        Files.Chmod(path, Traversable);
        AtomicDirectory.Write(path, files, node.Time.GetUtcNow(), fresh => VolumeOwner.Give(pod, fresh, isReadOnly: true));
    }

    /// <summary>Brings every volume up to date that can be; a source that is gone leaves the content as it was, as with the kubelet.</summary>
    /// <returns>What failed, as sentences.</returns>
    public IReadOnlyList<string> Refresh(Pod pod)
    {
        List<string> failures = [];
        foreach (Volume volume in (pod.Spec!.Volumes ?? []).Where(v => v.IsWritten()))
        {
            string path = PodVolumes.Source(node.Options, pod, volume);
            try
            {
                if (Directory.Exists(path))
                    Prepare(pod, volume, path);
            }
            catch (Exception e) when (e is SpecException or IOException or UnauthorizedAccessException)
            {
                failures.Add($"volume \"{volume.Name}\" is not brought up to date: {e.Message}");
            }
        }
        return failures;
    }
}
