using System.Buffers.Binary;
using System.Text;

namespace Pods.Linux;

/// <summary>Says what happens to the files of one directory, inotify(7). A file that is being written is told from a whole one.</summary>
public sealed class DirectoryWatch : IDisposable
{
    private const uint Modify = 0x2, CloseWrite = 0x8, MovedFrom = 0x40, MovedTo = 0x80, Create = 0x100, Delete = 0x200,
        DeleteSelf = 0x400, MoveSelf = 0x800, QueueOverflow = 0x4000, Ignored = 0x8000, OnlyDirectory = 0x1000000;
    // struct inotify_event: descriptor, mask, cookie, length of the name that follows.
    private const int MaskAt = 4, LengthAt = 12, NameAt = 16;

    private readonly string _path;
    private readonly FileDescriptor _queue;
    private readonly Readiness _readiness;

    private DirectoryWatch(string path, FileDescriptor queue, EventLoop loop) =>
        (_path, _queue, _readiness) = (path, queue, loop.Watch(queue));

    public static DirectoryWatch Start(string path, EventLoop loop)
    {
        int fd = LibC.inotify_init1(LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        if (fd < 0) throw LinuxException.Last("inotify_init1");
        FileDescriptor queue = new(fd);
        const uint wanted = Modify | CloseWrite | MovedFrom | MovedTo | Create | Delete | DeleteSelf | MoveSelf | OnlyDirectory;
        if (LibC.inotify_add_watch(fd, path, wanted) >= 0) return new DirectoryWatch(path, queue, loop);
        LinuxException failure = LinuxException.Last("inotify_add_watch", path);
        queue.Dispose();
        throw failure;
    }

    /// <summary>What has happened since the last call, in its order; waits until something has. Lost has no name.</summary>
    public async Task<IReadOnlyList<(string Name, DirectoryChange Change)>> NextAsync(CancellationToken cancellation)
    {
        byte[] buffer = new byte[4096];
        List<(string, DirectoryChange)> changes = [];
        while (changes.Count == 0)
        {
            await _readiness.ReadableAsync(cancellation);
            if (_queue.TryRead(buffer, out int count)) Read(buffer.AsSpan(0, count), changes);
        }
        return changes;
    }

    public void Dispose()
    {
        _readiness.Dispose();
        _queue.Dispose();
    }

    private void Read(ReadOnlySpan<byte> events, List<(string, DirectoryChange)> changes)
    {
        while (events.Length >= NameAt)
        {
            uint mask = BinaryPrimitives.ReadUInt32LittleEndian(events[MaskAt..]);
            int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(events[LengthAt..]);
            string name = Encoding.UTF8.GetString(events.Slice(NameAt, length)).TrimEnd('\0');
            events = events[(NameAt + length)..];
            if ((mask & (QueueOverflow | Ignored | DeleteSelf | MoveSelf)) != 0) changes.Add(("", DirectoryChange.Lost));
            else if ((mask & (Delete | MovedFrom)) != 0) changes.Add((name, DirectoryChange.Gone));
            else if ((mask & (CloseWrite | MovedTo)) != 0) changes.Add((name, DirectoryChange.Ready));
            else changes.Add((name, (mask & Create) != 0 && IsWholeAtOnce(name) ? DirectoryChange.Ready : DirectoryChange.Written));
        }
    }

    /// <summary>A link has no writer that would close it; a file that was just made has one.</summary>
    private bool IsWholeAtOnce(string name) => Files.Status(System.IO.Path.Combine(_path, name)) is not { Kind: FileKind.Regular, Links: 1 };
}
