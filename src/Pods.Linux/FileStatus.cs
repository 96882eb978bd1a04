namespace Pods.Linux;

/// <summary>What the kernel says about one file, links not followed.</summary>
public sealed record FileStatus
{
    public required FileKind Kind { get; init; }

    /// <summary>The permission bits, set-id and sticky included.</summary>
    public required int Mode { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    /// <summary>How many names it has.</summary>
    public uint Links { get; init; }

    public required long Size { get; init; }

    public required ulong Inode { get; init; }

    /// <summary>The file system it is on: two files are one when this and <see cref="Inode"/> agree.</summary>
    public required (uint Major, uint Minor) FileSystem { get; init; }

    /// <summary>The device it stands for, if it is one.</summary>
    public required (uint Major, uint Minor) Device { get; init; }
}
