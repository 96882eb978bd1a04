namespace Pods.Linux;

/// <summary>Size and use of a file system, as an unprivileged writer sees it.</summary>
public sealed record FileSystemSpace(long Type, ulong TotalBytes, ulong AvailableBytes, ulong Inodes, ulong FreeInodes)
{
    /// <summary>The <see cref="Type"/> of the unified cgroup hierarchy.</summary>
    public const long Cgroup2 = 0x63677270;

    /// <summary>The <see cref="Type"/> of memory-backed file systems.</summary>
    public const long Tmpfs = 0x01021994;
}
