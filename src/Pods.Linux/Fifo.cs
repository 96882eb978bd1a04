namespace Pods.Linux;

/// <summary>Named pipes. None of these calls waits for a peer.</summary>
public static class Fifo
{
    public static void Create(string path, int mode = 0x180 /* 0600 */)
    {
        if (LibC.mkfifo(path, (uint)mode) < 0) throw LinuxException.Last("mkfifo", path);
    }

    public static FileDescriptor OpenReader(string path) => FileDescriptor.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);

    /// <summary>Fails with ENXIO while nobody has it open for reading.</summary>
    public static FileDescriptor OpenWriter(string path) => FileDescriptor.Open(path, OpenFlags.WriteOnly | OpenFlags.NonBlocking);

    public static FileDescriptor OpenBoth(string path) => FileDescriptor.Open(path, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
}
