namespace Pods.Linux;

/// <summary>What happened to a name in a directory.</summary>
public enum DirectoryChange
{
    /// <summary>It is there, and may be written still: its writer has it open.</summary>
    Written,
    /// <summary>It is whole: its writer has closed it, or it was moved or linked here as it is.</summary>
    Ready,
    /// <summary>It was deleted or moved away.</summary>
    Gone,
    /// <summary>More happened than the kernel kept, or the directory itself is gone: everything is to be looked at.</summary>
    Lost,
}
