using System.Buffers;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>Moves one stream to its end. No thread waits for it, and between two pipes the bytes never leave the kernel.</summary>
internal static class StreamCopy
{
    private const int BufferSize = 32 * 1024;

    /// <summary>Returns at the source's end, or when nobody can read the target any more. Closes neither.</summary>
    public static async Task RunAsync(EventLoop loop, FileDescriptor source, FileDescriptor target, CancellationToken cut)
    {
        using Readiness readable = loop.Watch(source);
        using Readiness writable = loop.Watch(target);
        try
        {
            if (source.Kind == FileKind.Fifo && target.Kind == FileKind.Fifo)
                await SpliceAsync(source, readable, target, writable, cut);
            else
                await CopyAsync(source, readable, target, writable, cut);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPIPE or Errno.EIO)
        {
            // EIO: the last process on a terminal has closed it; that is a terminal's end of file.
        }
    }

    private static async Task SpliceAsync(
        FileDescriptor source, Readiness readable, FileDescriptor target, Readiness writable, CancellationToken cut)
    {
        while (true)
        {
            if (Splice.TryMove(source, target, out int count))
            {
                if (count == 0)
                    return;
                continue;
            }
            // The kernel says only that one of the two would block.
            await (Splice.IsReadable(source) ? writable.WritableAsync(cut) : readable.ReadableAsync(cut));
        }
    }

    private static async Task CopyAsync(
        FileDescriptor source, Readiness readable, FileDescriptor target, Readiness writable, CancellationToken cut)
    {
        while (true)
        {
            // Rented only while there is something to move: an idle stream holds no buffer.
            await readable.ReadableAsync(cut);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                while (source.TryRead(buffer, out int count))
                {
                    if (count == 0)
                        return;
                    await WriteAsync(target, writable, buffer.AsMemory(0, count), cut);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static async Task WriteAsync(FileDescriptor target, Readiness writable, ReadOnlyMemory<byte> bytes, CancellationToken cut)
    {
        while (bytes.Length > 0)
        {
            if (target.TryWrite(bytes.Span, out int count))
                bytes = bytes[count..];
            else
                await writable.WritableAsync(cut);
        }
    }
}
