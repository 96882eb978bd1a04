using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>The directories behind a pod's volumes: they live as long as the pod, not as long as a container.</summary>
internal sealed class PodVolumes(NodeServices node)
{
    private const int WorldWritable = 0b111_111_111;
    private const int MostRead = 64 * 1024;   // far more variables than a process is given

    private readonly WrittenVolumes _written = new(node);
    private readonly ClaimVolumes _claims = new(node);

    /// <summary>Makes what is missing; what is there stays as it is, so that a restart of podsd or of the sandbox keeps the content.</summary>
    public void Prepare(Pod pod)
    {
        foreach (Volume volume in pod.Spec!.Volumes ?? [])
        {
            try
            {
                Prepare(pod, volume);
            }
            catch (Exception e) when (e is SpecException or IOException or UnauthorizedAccessException)
            {
                throw new StepException(StepReason.FailedMount, $"MountVolume.SetUp failed for volume \"{volume.Name}\" : {e.Message}", e);
            }
        }
    }

    /// <summary>The path on the host of a volume.</summary>
    public static string Source(NodeOptions options, Pod pod, Volume volume) => volume switch
    {
        { HostPath.Path: { } path } => path,
        { PersistentVolumeClaim.ClaimName: { } claim } => options.ClaimDirectory(pod.Metadata!.Namespace!, claim),
        _ => Path.Combine(InMemory(volume) ? options.PodState(pod.Metadata!.Uid!) : options.PodDirectory(pod.Metadata!.Uid!), "volumes", volume.Name!),
    };

    /// <summary>What a container mounts, mount by mount: the volume, or a part of it that cannot lie outside.</summary>
    public IEnumerable<MountSource> Sources(Pod pod, Container container, SandboxFacts sandbox, ObjectLookup objects)
    {
        for (int i = 0; i < (container.VolumeMounts?.Count ?? 0); i++)
        {
            VolumeMount mount = container.VolumeMounts![i];
            Volume volume = pod.Spec!.Volumes!.First(v => v.Name == mount.Name);
            string source = Source(node.Options, pod, volume);
            if (volume.HostPath is not null && node.Options.HostPathPrefixes.Count > 0)
                source = Pin(pod, source, Path.Combine("host-paths", container.Name!, $"{i}"));
            VolumeFileLookup files = (name, path) => Read(node.Options, pod, name, path);
            if (SubPathExpression.Of(pod, container, mount, sandbox, node.Facts, objects, files) is { } part)
                source = SubPath(pod, source, mount.Name!, part, Path.Combine("subpaths", container.Name!, $"{i}"));
            MountPropagation.Prepare(source, mount, mayShare: volume is { HostPath: null, PersistentVolumeClaim: null });
            yield return new(source,
                IsReadOnly: volume.IsWritten() || volume.Image is not null || volume.PersistentVolumeClaim?.ReadOnly == true,
                IsData: volume.Image is not null);
        }
    }

    /// <summary>What a container of the pod has written; null when it is not there.</summary>
    public static byte[]? Read(NodeOptions options, Pod pod, string volume, string path)
    {
        string root = Source(options, pod, pod.Spec!.Volumes!.First(v => v.Name == volume));
        try
        {
            // Who wrote it is not trusted: no link leads out, a fifo makes nobody wait, and no device is opened, which a container may make
            // but not open itself.
            using FileDescriptor found = RootedPath.OpenBeneath(root, path, OpenFlags.PathOnly);
            if (found.Kind != FileKind.Regular)
                throw new SpecException($"file \"{path}\" of volume \"{volume}\" is no regular file");
            using FileDescriptor file = FileDescriptor.Open(RootedPath.Handle(found), OpenFlags.ReadOnly);
            byte[] content = new byte[MostRead + 1];
            int length = 0;
            while (length < content.Length && file.TryRead(content.AsSpan(length), out int count) && count > 0)
                length += count;
            return length <= MostRead ? content[..length]
                : throw new SpecException($"file \"{path}\" of volume \"{volume}\" is larger than {MostRead} bytes");
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
        catch (LinuxException e)
        {
            throw new SpecException($"file \"{path}\" of volume \"{volume}\": {e.Message}");
        }
    }

    /// <summary>Unmounts and deletes what belonged to the pod alone.</summary>
    public static void Remove(NodeOptions options, string uid)
    {
        foreach (string directory in new[] { options.PodState(uid), options.PodDirectory(uid) })
        {
            if (!Directory.Exists(directory))
                continue;
            Mounts.DetachAll(directory);
            Directory.Delete(directory, recursive: true);
        }
    }

    private void Prepare(Pod pod, Volume volume)
    {
        string path = Source(node.Options, pod, volume);
        if (volume.EmptyDir is { } empty)
            PrepareEmptyDir(pod, path, empty);
        else if (volume.HostPath is { } host)
            HostPathVolume.Prepare(host);
        else if (volume.PersistentVolumeClaim is { } claim)
            _claims.Prepare(pod, claim, path);
        else if (volume.IsWritten())
            _written.Prepare(pod, volume, path);
    }

    // The kubelet keeps only configMap volumes on disk.
    private static bool InMemory(Volume volume) =>
        volume is { EmptyDir.Medium: "Memory" } or { Image: not null } || volume.IsWritten() && volume.ConfigMap is null;

    /// <summary>
    /// A mount of our own of the very file or directory that was found: a name could lead elsewhere by the time that the
    /// runtime looks it up, since other containers of the pod write into the volume.
    /// </summary>
    private string SubPath(Pod pod, string source, string volume, string part, string name)
    {
        try
        {
            using FileDescriptor found = RootedPath.OpenOrMake(source, part);
            return Bind(pod, found, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StepException(StepReason.CreateContainerConfigError, $"failed to prepare subPath \"{part}\" of volume \"{volume}\": {e.Message}", e);
        }
    }

    /// <summary>The path was allowed by its name: what it leads to is allowed too, and is what will be mounted.</summary>
    private string Pin(Pod pod, string path, string name)
    {
        using FileDescriptor found = FileDescriptor.Open(path, OpenFlags.PathOnly);
        string real = new FileInfo(RootedPath.Handle(found)).LinkTarget!;
        return PodPolicy.IsAllowedPath(real, node.Options) ? Bind(pod, found, name)
            : throw new SpecException($"hostPath \"{path}\" leads to \"{real}\", which is not below an allowed directory");
    }

    private string Bind(Pod pod, FileDescriptor found, string name)
    {
        string target = Path.Combine(node.Options.PodState(pod.Metadata!.Uid!), name);
        // The mount of the container's run before.
        Mounts.DetachAll(target);
        if (found.Kind == FileKind.Directory)
            Directory.CreateDirectory(target);
        else
            WriteMountPoint(target);
        Mounts.Bind(RootedPath.Handle(found), target);
        return target;
    }

    private static void WriteMountPoint(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path))
            Directory.Delete(path);
        File.WriteAllBytes(path, []);
    }

    private static void PrepareEmptyDir(Pod pod, string path, EmptyDirVolumeSource empty)
    {
        bool isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        if (empty.Medium == "Memory" && !Mounts.IsMountPoint(path))
        {
            // Never more than the pod may use: its pages count against the pod's limit.
            long?[] limits = [empty.SizeLimit?.Value, PodResources.Of(pod.Spec!).MemoryBytes];
            string[] size = limits.Where(l => l > 0).Min() is { } least ? [$"size={least}"] : [];
            Mounts.Attach(new Mount("tmpfs", "tmpfs", "", ["nosuid", "nodev", .. size]), path);
            isNew = true;
        }
        if (!isNew)
            return;
        Files.Chmod(path, WorldWritable);
        VolumeOwner.Give(pod, path);
    }
}
