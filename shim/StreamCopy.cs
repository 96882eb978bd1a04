using System.Buffers;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>Moves one stream to its end. No thread waits for it, and between two pipes the bytes never leave the kernel.</summary>
internal static class StreamCopy
{
    private const int BufferSize = 32 * 1024;
    // 0.2 ms of moving pages: then the streams that share the loop's thread have their turn.
    private const int OneTurn = 1024 * 1024;

    /// <summary>Returns at the source's end, or when nobody can read the target any more. Closes neither.</summary>
    public static async Task RunAsync(EventLoop loop, FileDescriptor source, FileDescriptor target, CancellationToken cut)
    {
        // To move pages takes less time than to wake another thread for it, and neither end of a pipe blocks.
        bool isBetweenPipes = source.Kind == FileKind.Fifo && target.Kind == FileKind.Fifo;
        using Readiness readable = loop.Watch(source, inline: isBetweenPipes);
        using Readiness writable = loop.Watch(target, inline: isBetweenPipes);
        try
        {
            if (isBetweenPipes)
                await SpliceAsync(source, readable, target, writable, cut);
            else
                await CopyAsync(source, readable, target, writable, cut);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPIPE or Errno.EIO)
        {
            // EIO: the last process on a terminal has closed it; that is a terminal's end of file.
        }
        finally
        {
            // What is done at a stream's end is not for the loop's thread.
            await Task.Yield();
        }
    }

    private static async Task SpliceAsync(
        FileDescriptor source, Readiness readable, FileDescriptor target, Readiness writable, CancellationToken cut)
    {
        // Once for the stream, and not with each of its thousands of waits.
        using CancellationTokenRegistration cutting = cut.UnsafeRegister(_ =>
        {
            readable.Dispose();
            writable.Dispose();
        }, null);
        Pace pace = new();
        int left = OneTurn;
        while (true)
        {
            bool isMoved = Splice.TryMove(source, target, out int count);
            if (isMoved && count == 0)
                return;
            pace.Moved(count);
            left -= count;
            if (isMoved && left > 0)
                continue;
            left = OneTurn;
            // The kernel says only that one of the two would block.
            if (!isMoved && Splice.IsReadable(source))
            {
                await writable.WritableAsync();
                continue;
            }
            pace.End();
            await readable.ReadableAsync();
            pace.Begin();
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
