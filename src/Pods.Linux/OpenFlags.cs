namespace Pods.Linux;

/// <summary>How a file is opened: our own bits, since the kernel's differ between architectures. Close-on-exec is always set.</summary>
[Flags]
public enum OpenFlags
{
    ReadOnly = 0,
    WriteOnly = 1 << 0,
    ReadWrite = 1 << 1,
    Create = 1 << 2,
    Exclusive = 1 << 3,
    Truncate = 1 << 4,
    Append = 1 << 5,
    NonBlocking = 1 << 6,
    Directory = 1 << 7,
    NoFollow = 1 << 8,
    PathOnly = 1 << 9,
    NoControllingTerminal = 1 << 10,
}

internal static class OpenFlagsExtensions
{
    internal static int ToKernel(this OpenFlags flags)
    {
        int bits = LibC.O_CLOEXEC;
        if (flags.HasFlag(OpenFlags.WriteOnly)) bits |= LibC.O_WRONLY;
        if (flags.HasFlag(OpenFlags.ReadWrite)) bits |= LibC.O_RDWR;
        if (flags.HasFlag(OpenFlags.Create)) bits |= LibC.O_CREAT;
        if (flags.HasFlag(OpenFlags.Exclusive)) bits |= LibC.O_EXCL;
        if (flags.HasFlag(OpenFlags.Truncate)) bits |= LibC.O_TRUNC;
        if (flags.HasFlag(OpenFlags.Append)) bits |= LibC.O_APPEND;
        if (flags.HasFlag(OpenFlags.NonBlocking)) bits |= LibC.O_NONBLOCK;
        if (flags.HasFlag(OpenFlags.Directory)) bits |= LibC.O_DIRECTORY;
        if (flags.HasFlag(OpenFlags.NoFollow)) bits |= LibC.O_NOFOLLOW;
        if (flags.HasFlag(OpenFlags.PathOnly)) bits |= LibC.O_PATH;
        if (flags.HasFlag(OpenFlags.NoControllingTerminal)) bits |= LibC.O_NOCTTY;
        return bits;
    }
}
