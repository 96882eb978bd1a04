using System.Net;
using System.Net.Sockets;
using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class NamespacesTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [SkippableFact]
    public async Task Network_namespace_is_pinned_with_its_loopback_up()
    {
        Requires.Root();
        string pin = _scratch.File("net");
        ulong ours = Namespaces.Inode("/proc/self/ns/net");
        Namespaces.CreateNetwork(pin);
        try
        {
            Assert.NotEqual(ours, Namespaces.Inode(pin));
            Assert.Equal(ours, Namespaces.Inode("/proc/thread-self/ns/net"));
            using FileDescriptor space = Namespaces.Open(pin);
            using Socket listener = Namespaces.Run(space, () =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 1));
                socket.Listen();
                return socket;
            });
            using Socket client = Namespaces.Run(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await client.ConnectAsync(IPAddress.Loopback, 1);
        }
        finally
        {
            Namespaces.Unpin(pin);
        }
        Assert.False(File.Exists(pin));
        Namespaces.Unpin(pin);
    }

    [SkippableFact]
    public void Existing_pin_is_not_replaced()
    {
        Requires.Root();
        string pin = _scratch.File("net");
        File.WriteAllText(pin, "mine");

        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => Namespaces.CreateNetwork(pin)).Errno);

        Assert.Equal("mine", File.ReadAllText(pin));
    }

    [SkippableFact]
    public void Failure_inside_a_namespace_reaches_the_caller()
    {
        Requires.Root();
        using FileDescriptor space = Namespaces.Open(Environment.ProcessId, "uts");

        Assert.Throws<InvalidOperationException>(() => Namespaces.Run(space, () => throw new InvalidOperationException()));
    }
}
