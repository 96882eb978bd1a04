using System.Net;
using System.Net.Sockets;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Connections to a port of a pod as its own containers make them: to localhost, in its network namespace.</summary>
public static class PodPort
{
    /// <exception cref="NodeException">The pod does not run.</exception>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<Stream> ConnectAsync(NodeServices node, StoredPod stored, int port, CancellationToken cancel)
    {
        Socket socket = Open(node, stored, AddressFamily.InterNetwork);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // One that listens on ::1 alone is on localhost too.
            socket.Dispose();
            socket = await ConnectSixAsync(node, stored, port, e, cancel);
        }
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<Socket> ConnectSixAsync(NodeServices node, StoredPod stored, int port, SocketException first, CancellationToken cancel)
    {
        Socket socket = Open(node, stored, AddressFamily.InterNetworkV6);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, port), cancel);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw first;
        }
    }

    private static Socket Open(NodeServices node, StoredPod stored, AddressFamily family)
    {
        if (stored.Memory.Sandbox is not { IsReady: true, HasEnded: false } sandbox)
            throw NodeException.BadRequest($"unable to forward port because pod is not running. Current status={stored.Pod.Status?.Phase}");
        if (stored.Pod.Spec!.HostNetwork == true)
            return new(family, SocketType.Stream, ProtocolType.Tcp);
        // A socket belongs to the namespace that it was made in, wherever it is used.
        using FileDescriptor space = Namespaces.Open(node.Options.NetworkNamespace(sandbox.Id));
        return Namespaces.Run(space, () => new Socket(family, SocketType.Stream, ProtocolType.Tcp));
    }
}
