using System.Net;
using System.Net.Sockets;

namespace Pods.TestKit;

/// <summary>A port of 127.0.0.1 that leads to a unix socket, for clients that know only TCP.</summary>
public sealed class SocketRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _path;
    private readonly Task _accepting;

    public SocketRelay(string path)
    {
        _path = path;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
                open.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            using Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_path), _stopping.Token);
                await Task.WhenAll(CopyAsync(client.Client, server), CopyAsync(server, client.Client));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // One side is gone, or the test is over.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, _stopping.Token) is var count and > 0)
            await to.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
        to.Shutdown(SocketShutdown.Send);
    }
}
