using System.Globalization;

namespace Pods.Linux;

// What the kernel tells about processes that it ended for want of memory.
public sealed partial class Cgroup
{
    /// <summary>How many it has ended since the cgroup was made; null if the cgroup or its memory controller is gone.</summary>
    public ulong? OomKills
    {
        get
        {
            // "oom" counts attempts as well, which may free memory without ending anything.
            const string key = "oom_kill ";
            string? content = TryRead("memory", IsUnified ? "memory.events" : "memory.oom_control");
            string? line = content?.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
            return line is null ? null : ulong.Parse(line.AsSpan(key.Length), CultureInfo.InvariantCulture);
        }
    }

    /// <summary>
    /// A descriptor that becomes ready when <see cref="OomKills"/> may have changed, by the waiter that
    /// <see cref="EventLoop.Watch"/> gives with <see cref="IsUnified"/> as "urgent"; null if the cgroup or the controller is gone.
    /// </summary>
    public FileDescriptor? OpenOomNotice()
    {
        if (Directory("memory") is not { } directory) return null;
        try
        {
            return IsUnified ? FileDescriptor.Open(System.IO.Path.Combine(directory, "memory.events"), OpenFlags.ReadOnly) : OpenEventFd(directory);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV)
        {
            return null;
        }
    }

    /// <summary>Makes the notice wait for the next change. Before the first wait as well.</summary>
    public static void AcknowledgeOomNotice(FileDescriptor notice)
    {
        Span<byte> buffer = stackalloc byte[256];
        // Of an eventfd this takes the count, of memory.events it notes the version that was seen.
        notice.TryReadFromStart(buffer, out _);
    }

    // Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control".
    private static FileDescriptor OpenEventFd(string directory)
    {
        using FileDescriptor control = FileDescriptor.Open(System.IO.Path.Combine(directory, "memory.oom_control"), OpenFlags.ReadOnly);
        int fd = LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        if (fd < 0) throw LinuxException.Last("eventfd");
        var notice = new FileDescriptor(fd);
        try
        {
            Write(System.IO.Path.Combine(directory, "cgroup.event_control"), $"{fd} {control.Number}");
            return notice;
        }
        catch
        {
            notice.Dispose();
            throw;
        }
    }
}
