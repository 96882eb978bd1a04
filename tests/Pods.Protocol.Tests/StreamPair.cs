using System.Net.Sockets;

namespace Pods.Protocol.Tests;

/// <summary>Two ends of one connection: a real socket pair, so that closing and half a frame mean what they mean on a wire.</summary>
internal sealed class StreamPair : IDisposable
{
    private StreamPair(Socket client, Socket server) =>
        (Client, Server) = (new NetworkStream(client, ownsSocket: true), new NetworkStream(server, ownsSocket: true));

    public Stream Client { get; }
    public Stream Server { get; }

    public static StreamPair Create()
    {
        string path = Path.Combine(Path.GetTempPath(), $"pt-{Guid.NewGuid():N}.sock");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        Socket server = listener.Accept();
        File.Delete(path);
        return new(client, server);
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
