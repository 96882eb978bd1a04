namespace Pods.Manifests;

/// <summary>A directory, file or device that containers of the pod mount; exactly one source is set.</summary>
public sealed record Volume
{
    public string? Name { get; init; }
    public EmptyDirVolumeSource? EmptyDir { get; init; }
    public HostPathVolumeSource? HostPath { get; init; }
    public ObjectVolumeSource? ConfigMap { get; init; }
    public SecretVolumeSource? Secret { get; init; }
    public DownwardVolumeSource? DownwardAPI { get; init; }
    public ProjectedVolumeSource? Projected { get; init; }
    public ClaimVolumeSource? PersistentVolumeClaim { get; init; }
    public ImageVolumeSource? Image { get; init; }

    /// <summary>How many of the sources are set.</summary>
    internal int SourceCount => new object?[]
    {
        EmptyDir, HostPath, ConfigMap, Secret, DownwardAPI, Projected, PersistentVolumeClaim, Image,
    }.Count(source => source is not null);

    /// <summary>Whether its files are written by podsd from other objects or the pod itself, and rewritten when those change.</summary>
    public bool IsWritten() => ConfigMap is not null || Secret is not null || DownwardAPI is not null || Projected is not null;
}

/// <summary>Made empty with the pod, gone with it; on disk, or in memory.</summary>
public sealed record EmptyDirVolumeSource
{
    /// <summary>Empty (disk) or Memory.</summary>
    public string? Medium { get; init; }
    public Quantity? SizeLimit { get; init; }
}

public sealed record HostPathVolumeSource
{
    public string? Path { get; init; }
    /// <summary>Empty, DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice or BlockDevice.</summary>
    public string? Type { get; init; }
}

/// <summary>A directory that outlives the pods that use it.</summary>
public sealed record ClaimVolumeSource
{
    public string? ClaimName { get; init; }
    public bool? ReadOnly { get; init; }
}

/// <summary>The files of an image, read-only.</summary>
public sealed record ImageVolumeSource
{
    public string? Reference { get; init; }
    /// <summary>Always, IfNotPresent or Never.</summary>
    public string? PullPolicy { get; init; }
}
