namespace Pods.Manifests;

/// <summary>A directory, file or device that containers of the pod mount; exactly one source is set.</summary>
public sealed record Volume
{
    public string? Name { get; init; }
    public EmptyDirVolumeSource? EmptyDir { get; init; }
    public HostPathVolumeSource? HostPath { get; init; }
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
