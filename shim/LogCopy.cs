using System.Buffers;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>Moves one output of a container into its log, to the output's end.</summary>
internal static class LogCopy
{
    private const int InputSize = 16 * 1024;
    private const int OutputSize = 32 * 1024;   // more than LogEntries.LongestEntry

    /// <summary>Closes neither. <paramref name="source"/> does not block.</summary>
    public static async Task RunAsync(EventLoop loop, FileDescriptor source, string stream, ContainerLog log, CancellationToken cut)
    {
        var entries = new LogEntries(stream);
        using Readiness readable = loop.Watch(source);
        bool more = true;
        while (more)
        {
            await readable.ReadableAsync(cut);
            // Rented only while there is something to move: an idle stream holds no buffer.
            byte[] input = ArrayPool<byte>.Shared.Rent(InputSize), output = ArrayPool<byte>.Shared.Rent(OutputSize);
            try
            {
                more = await MoveAvailableAsync(source, entries, log, input, output, cut);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(input);
                ArrayPool<byte>.Shared.Return(output);
            }
        }
    }

    /// <returns>False at the output's end.</returns>
    private static async Task<bool> MoveAvailableAsync(
        FileDescriptor source, LogEntries entries, ContainerLog log, byte[] input, byte[] output, CancellationToken cut)
    {
        byte[] stamp = new byte[LogEntries.StampLength];
        while (TryRead(source, input, out int count))
        {
            // One time for what was read together: nobody can tell when the container wrote which of it.
            LogEntries.WriteStamp(DateTimeOffset.UtcNow, stamp);
            if (count == 0)
            {
                await log.WriteAsync(output.AsMemory(0, entries.Finish(stamp, output)), cut);
                return false;
            }
            for (int done = 0; done < count;)
            {
                done += entries.Format(input.AsSpan(done, count - done), stamp, output, out int written);
                await log.WriteAsync(output.AsMemory(0, written), cut);
            }
        }
        return true;
    }

    private static bool TryRead(FileDescriptor source, Span<byte> buffer, out int count)
    {
        try
        {
            return source.TryRead(buffer, out count);
        }
        catch (LinuxException e) when (e.Errno == Errno.EIO)
        {
            // The last process on a terminal has closed it: that is a terminal's end.
            count = 0;
            return true;
        }
    }
}
