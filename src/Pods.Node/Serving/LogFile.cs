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
        // A rotation under way leaves one number free, which the next rename takes: only a second one is the end.
        for (int number = 0, missing = 0; ; number++)
        {
            LogFile? file = TryOpen(number == 0 ? path : $"{path}.{number}");
            if (file is null && ++missing > 1)
                break;
            if (file is null)
                continue;
            if (file.Inode == known || found.Exists(f => f.Inode == file.Inode))
            {
                file.Dispose();
                if (file.Inode == known)
                    break;
                continue;
            }
            found.Add(file);
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
