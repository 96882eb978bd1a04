using Pods.Linux;

namespace Pods.Node;

/// <summary>An open file of a log. It stays the same file while rotation gives it other names.</summary>
internal sealed class LogFile : IDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly FileDescriptor _file;
    private byte[] _rest = [];   // the beginning of a line whose end is not written yet

    private LogFile(FileDescriptor file, ulong inode) => (_file, Inode) = (file, inode);

    public ulong Inode { get; }

    /// <summary>
    /// The files of a log, oldest first, that are newer than <paramref name="known"/>. Rotation gives a file a higher number while
    /// they are opened: opened from the newest on, a file may be met twice, but none is missed.
    /// </summary>
    public static List<LogFile> OpenNewerThan(string path, ulong? known)
    {
        List<LogFile> found = [];
        ulong? newest = Newest(path);
        for (int number = 0, missing = 0; ; number++)
        {
            LogFile? file = TryOpen(Numbered(path, number));
            if (file is not null)
            {
                missing = 0;
                if (file.Inode == known)
                {
                    file.Dispose();
                    break;
                }
                // Where a file is met last is its place: others that were met since it was met first may be newer.
                if (found.Find(f => f.Inode == file.Inode) is { } before)
                {
                    found.Remove(before);
                    before.Dispose();
                }
                found.Add(file);
            }
            // A rotation under way leaves one number free, which the next rename takes: only a second one is the end, and not even
            // that if one rotation is over since and another begun, for a file may have gone on two numbers then.
            else if (++missing > 1)
            {
                ulong? newer = Newest(path);
                if (newer == newest)
                    break;
                (newest, missing) = (newer, 0);
            }
        }
        found.Reverse();
        return found;
    }

    /// <summary>The lines that have an end, from where the last call ended.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ReadLines()
    {
        byte[] block = new byte[BlockSize];
        while (_file.TryRead(block, out int count) && count > 0)
        {
            byte[] text = [.. _rest, .. block.AsSpan(0, count)];
            int start = 0;
            while (text.AsSpan(start).IndexOf((byte)'\n') is var length and >= 0)
            {
                yield return text.AsMemory(start, length);
                start += length + 1;
            }
            _rest = text[start..];
        }
    }

    /// <summary>The same file from its beginning, whatever it is called by now.</summary>
    public LogFile Again() => new(FileDescriptor.Open($"/proc/self/fd/{_file.Number}", OpenFlags.ReadOnly), Inode);

    public void Dispose() => _file.Dispose();

    private static string Numbered(string path, int number) => number == 0 ? path : $"{path}.{number}";

    // Each rotation changes it: the file that is written, or the last one that was, where the next is not made yet.
    private static ulong? Newest(string path)
    {
        using LogFile? file = TryOpen(path) ?? TryOpen(Numbered(path, 1));
        return file?.Inode;
    }

    private static LogFile? TryOpen(string path)
    {
        try
        {
            FileDescriptor file = FileDescriptor.Open(path, OpenFlags.ReadOnly);
            return new(file, Files.StatusOf(file).Inode);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }
}
