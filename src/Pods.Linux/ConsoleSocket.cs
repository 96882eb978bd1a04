using System.Net.Sockets;

namespace Pods.Linux;

/// <summary>Where runc hands over the master of a container's new terminal: one connection, one descriptor.</summary>
public sealed class ConsoleSocket : IDisposable
{
    private readonly Socket _listener;
    private readonly string _directory;

    private ConsoleSocket(Socket listener, string directory, string path) => (_listener, _directory, Path) = (listener, directory, path);

    public string Path { get; }

    public static ConsoleSocket Create()
    {
        // A socket's path has room for 107 bytes: bundles lie too deep. The directory is ours alone (0700).
        string parent = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 and < 60 } runtime ? runtime : "/tmp";
        string directory = Directory.Exists(parent)
            ? Directory.CreateDirectory(Unused(parent), UserOnly).FullName
            : throw new LinuxException("mkdir", Errno.ENOENT, parent);
        string path = System.IO.Path.Combine(directory, "tty");
        return new ConsoleSocket(UnixSocket.Listen(path, backlog: 1), directory, path);
    }

    /// <summary>The terminal's master, not blocking, as soon as the runtime has sent it.</summary>
    public async Task<FileDescriptor> ReceiveMasterAsync(CancellationToken cancellation)
    {
        using Socket connection = await _listener.AcceptAsync(cancellation);
        // The runtime sends right after it has connected; waiting with a zero-byte read keeps the thread free until then.
        await connection.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellation);
        FileDescriptor master = UnixSocket.ReceiveDescriptor(connection);
        master.SetNonBlocking(true);
        return master;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static UnixFileMode UserOnly => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static string Unused(string parent) => System.IO.Path.Combine(parent, $"pods-tty-{Guid.NewGuid():N}"[..20]);
}
