using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>The directories behind a pod's volumes: they live as long as the pod, not as long as a container.</summary>
internal sealed class PodVolumes(NodeOptions options)
{
    private const int WorldWritable = 0b111_111_111;

    /// <summary>Makes what is missing; what is there stays as it is, so that a restart of podsd or of the sandbox keeps the content.</summary>
    public void Prepare(Pod pod)
    {
        foreach (Volume volume in pod.Spec!.Volumes ?? [])
        {
            if (volume.EmptyDir is { } empty)
                PrepareEmptyDir(pod, volume.Name!, empty);
            else if (volume.HostPath is { } host)
                PrepareHostPath(volume.Name!, host);
        }
    }

    /// <summary>The path on the host of a volume.</summary>
    public string Source(Pod pod, string name)
    {
        Volume volume = pod.Spec!.Volumes!.First(v => v.Name == name);
        return volume.HostPath?.Path ?? EmptyDirPath(pod, name, volume.EmptyDir!);
    }

    /// <summary>The path on the host of what a container mounts, mount by mount: the volume, or a part of it that cannot lie outside.</summary>
    public IEnumerable<string> Sources(Pod pod, Container container) =>
        (container.VolumeMounts ?? []).Select((mount, index) => string.IsNullOrEmpty(mount.SubPath)
            ? Source(pod, mount.Name!) : SubPath(pod, mount, Path.Combine("subpaths", container.Name!, $"{index}")));

    /// <summary>
    /// A mount of our own of the very file or directory that was found: a name could lead elsewhere by the time that the
    /// runtime looks it up, since other containers of the pod write into the volume.
    /// </summary>
    private string SubPath(Pod pod, VolumeMount mount, string name)
    {
        string target = Path.Combine(options.PodState(pod.Metadata!.Uid!), name);
        try
        {
            using FileDescriptor found = RootedPath.OpenOrMake(Source(pod, mount.Name!), mount.SubPath!);
            // The mount of the container's run before.
            Mounts.DetachAll(target);
            if (Files.StatusOf(found).Kind == FileKind.Directory)
                Directory.CreateDirectory(target);
            else
                WriteMountPoint(target);
            Mounts.Bind(RootedPath.Handle(found), target);
            return target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StepException(StepReason.CreateContainerConfigError,
                $"failed to prepare subPath \"{mount.SubPath}\" of volume \"{mount.Name}\": {e.Message}", e);
        }
    }

    private static void WriteMountPoint(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path))
            Directory.Delete(path);
        File.WriteAllBytes(path, []);
    }

    /// <summary>Unmounts and deletes what belonged to the pod alone.</summary>
    public void Remove(Pod pod)
    {
        string uid = pod.Metadata!.Uid!;
        foreach (string directory in new[] { options.PodState(uid), options.PodDirectory(uid) })
        {
            if (!Directory.Exists(directory))
                continue;
            Mounts.DetachAll(directory);
            Directory.Delete(directory, recursive: true);
        }
    }

    private string EmptyDirPath(Pod pod, string name, EmptyDirVolumeSource empty) => Path.Combine(
        empty.Medium == "Memory" ? options.PodState(pod.Metadata!.Uid!) : options.PodDirectory(pod.Metadata!.Uid!), "volumes", name);

    private void PrepareEmptyDir(Pod pod, string name, EmptyDirVolumeSource empty)
    {
        string path = EmptyDirPath(pod, name, empty);
        bool isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        if (empty.Medium == "Memory" && !Mounts.IsMountPoint(path))
        {
            string[] size = empty.SizeLimit is { Value: > 0 } limit ? [$"size={limit.Value}"] : [];
            Mounts.Attach(new Mount("tmpfs", "tmpfs", "", ["nosuid", "nodev", .. size]), path);
            isNew = true;
        }
        if (!isNew)
            return;
        Files.Chmod(path, WorldWritable);
        if (pod.Spec!.SecurityContext?.FsGroup is { } group)
        {
            // Owned by the group, and what is made inside is too (setgid): the kubelet's way.
            Files.Chown(path, 0, (uint)group);
            Files.Chmod(path, 0b010_111_111_101 | 0b111_111_000);
        }
    }

    private static void PrepareHostPath(string name, HostPathVolumeSource host)
    {
        string path = host.Path!;
        if (host.Type == "DirectoryOrCreate" && !Path.Exists(path))
            Directory.CreateDirectory(path);
        if (host.Type == "FileOrCreate" && !Path.Exists(path))
            File.WriteAllBytes(path, []);
        FileKind? kind = Files.Status(path)?.Kind;
        FileKind? wanted = host.Type switch
        {
            "Directory" or "DirectoryOrCreate" => FileKind.Directory,
            "File" or "FileOrCreate" => FileKind.Regular,
            "Socket" => FileKind.Socket,
            "CharDevice" => FileKind.CharacterDevice,
            "BlockDevice" => FileKind.BlockDevice,
            _ => null,
        };
        if (kind is null && host.Type is "" or null)
            Directory.CreateDirectory(path);
        else if (wanted is not null && kind != wanted)
            throw new StepException(StepReason.FailedMount, $"volume \"{name}\": hostPath type check failed: {path} is not a {host.Type}");
    }
}
