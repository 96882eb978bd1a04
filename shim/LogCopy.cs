using System.Buffers;
using System.Diagnostics;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>Moves one output of a container into its log, to the output's end.</summary>
internal static class LogCopy
{
    private const int InputSize = 16 * 1024;
    private const int OutputSize = 32 * 1024;   // more than LogEntries.LongestEntry

    // A container that writes line by line wakes the shim for each: at 92 lines/s that was 2 % of a core, gathered it is a
    // quarter. What comes faster than this fills the pipe meanwhile, and is not held back.
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);
    private const int Little = 4 * 1024;

    /// <summary>Closes neither. <paramref name="source"/> does not block.</summary>
    /// <param name="ended">The process has ended: its last words are not gathered, since somebody may wait for them.</param>
    public static async Task RunAsync(
        EventLoop loop, FileDescriptor source, string stream, ContainerLog log, Task ended, TimeSpan gathering, CancellationToken cut)
    {
        var entries = new LogEntries(stream);
        OutputTap? tap = log.Tap(stream);
        using Readiness readable = loop.Watch(source);
        bool more = true, isWatched = false;
        long woken = 0, moved = 0;
        Pace pace = new();
        while (more)
        {
            await readable.ReadableAsync(cut);
            pace.Begin();
            if (!isWatched && moved < Little && Stopwatch.GetElapsedTime(woken) < gathering)
                await ended.EndsWithinAsync(gathering);
            woken = Stopwatch.GetTimestamp();
            // Rented only while there is something to move: an idle stream holds no buffer.
            byte[] input = ArrayPool<byte>.Shared.Rent(InputSize), output = ArrayPool<byte>.Shared.Rent(OutputSize);
            try
            {
                (more, moved, isWatched) = await MoveAvailableAsync(source, entries, log, tap, input, output, cut);
                pace.Moved(moved);
                pace.End();
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(input);
                ArrayPool<byte>.Shared.Return(output);
            }
        }
    }

    /// <returns>False at the output's end, how much it was, and whether somebody looked on.</returns>
    private static async Task<(bool More, long Moved, bool IsWatched)> MoveAvailableAsync(
        FileDescriptor source, LogEntries entries, ContainerLog log, OutputTap? tap, byte[] input, byte[] output, CancellationToken cut)
    {
        byte[] stamp = new byte[LogEntries.StampLength];
        long moved = 0;
        bool isWatched = false;
        while (TryRead(source, input, out int count))
        {
            // One time for what was read together: nobody can tell when the container wrote which of it.
            LogEntries.WriteStamp(DateTimeOffset.UtcNow, stamp);
            if (count == 0)
            {
                await log.WriteAsync(output.AsMemory(0, entries.Finish(stamp, output)), cut);
                return (false, moved, isWatched);
            }
            moved += count;
            isWatched |= tap?.Show(input.AsSpan(0, count)) == true;
            for (int done = 0; done < count;)
            {
                done += entries.Format(input.AsSpan(done, count - done), stamp, output, out int written);
                await log.WriteAsync(output.AsMemory(0, written), cut);
            }
        }
        return (true, moved, isWatched);
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
