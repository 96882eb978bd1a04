namespace Pods.Linux;

/// <summary>An anonymous pipe. Both ends block until told otherwise, since a container may inherit one.</summary>
public sealed class Pipe : IDisposable
{
    private Pipe(FileDescriptor read, FileDescriptor write) => (Read, Write) = (read, write);

    public FileDescriptor Read { get; }

    public FileDescriptor Write { get; }

    public static unsafe Pipe Create()
    {
        int* ends = stackalloc int[2];
        // SAFETY: the kernel writes two ints.
        if (LibC.pipe2(ends, LibC.O_CLOEXEC) < 0) throw LinuxException.Last("pipe2");
        return new Pipe(new FileDescriptor(ends[0]), new FileDescriptor(ends[1]));
    }

    public void Dispose()
    {
        Read.Dispose();
        Write.Dispose();
    }
}
