using System.Net.Sockets;
using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class UnixSocketTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    private string Path => _scratch.File("s");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Listening_socket_is_private_and_outlives_its_descriptor()
    {
        using (UnixSocket.Listen(Path)) Assert.True(UnixSocket.IsAlive(Path));

        Assert.Equal((FileKind.Socket, 0x180), (Files.Status(Path)!.Kind, Files.Status(Path)!.Mode));
        Assert.False(UnixSocket.IsAlive(Path));
        Assert.False(UnixSocket.IsAlive(_scratch.File("none")));
    }

    [Fact]
    public void Second_listener_at_a_path_is_refused()
    {
        using Socket first = UnixSocket.Listen(Path);

        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<LinuxException>(() => UnixSocket.Listen(Path)).Errno);
    }

    [Fact]
    public void Path_longer_than_an_address_is_refused()
    {
        string path = _scratch.File(new string('x', 108));

        Assert.Equal(Errno.ENAMETOOLONG, Assert.Throws<LinuxException>(() => UnixSocket.Listen(path)).Errno);
    }

    [Fact]
    public void Listener_with_a_full_queue_is_alive()
    {
        using Socket listener = UnixSocket.Listen(Path, backlog: 0);
        using Socket first = UnixSocket.Connect(Path);

        Assert.True(UnixSocket.IsAlive(Path));
    }

    [Fact]
    public async Task Inherited_listener_serves_the_connections_that_came_before()
    {
        Socket listener = UnixSocket.Listen(Path);
        using Socket client = UnixSocket.Connect(Path);
        FileDescriptor inherited = UnixSocket.Descriptor(listener);
        listener.Dispose();
        int number = inherited.Number;
        inherited.SetHandleAsInvalid();

        using Socket server = UnixSocket.FromInherited(number);
        using Socket connection = await server.AcceptAsync();

        Assert.Equal(Environment.ProcessId, UnixSocket.Peer(connection).Pid);
        Assert.Equal(0u, UnixSocket.Peer(connection).Uid);
    }

    [Fact]
    public async Task Console_socket_receives_a_descriptor_sent_after_the_connection()
    {
        using ConsoleSocket console = ConsoleSocket.Create();
        using Pipe pipe = Pipe.Create();
        Task<FileDescriptor> receiving = console.ReceiveMasterAsync(CancellationToken.None);
        using Socket runtime = UnixSocket.Connect(console.Path);
        await Task.Yield();
        Assert.False(receiving.IsCompleted);

        UnixSocket.SendDescriptor(runtime, pipe.Write);
        using (FileDescriptor received = await receiving) received.Write("hello"u8);

        byte[] buffer = new byte[10];
        pipe.Read.TryRead(buffer, out int count);
        Assert.Equal("hello"u8, buffer.AsSpan(0, count));
    }

    [Fact]
    public async Task Console_socket_gives_up_when_asked_and_leaves_no_file()
    {
        using var stop = new CancellationTokenSource();
        ConsoleSocket console = ConsoleSocket.Create();
        Task<FileDescriptor> receiving = console.ReceiveMasterAsync(stop.Token);

        stop.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        console.Dispose();
        Assert.False(File.Exists(console.Path));
    }
}
