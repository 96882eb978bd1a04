using System.Net;
using System.Net.Sockets;

namespace Pods.TestKit;

/// <summary>Passes on to a unix socket what comes to another one.</summary>
public abstract class SocketRelay : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _target;
    private readonly Task _accepting;

    protected SocketRelay(EndPoint address, string target)
    {
        _target = target;
        _listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(address);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    protected EndPoint? Address => _listener.LocalEndPoint;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    /// <summary>What the client says, until it has said everything.</summary>
    protected virtual Task SendAsync(Socket client, Socket server, CancellationToken cancel) => CopyAsync(client, server, cancel);

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
                open.Add(RelayAsync(await _listener.AcceptAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using (client)
        {
            using Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_target), _stopping.Token);
                await Task.WhenAll(SendAsync(client, server, _stopping.Token), CopyAsync(server, client, _stopping.Token));
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
            {
                // One side is gone, or the test is over.
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancel)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, cancel) is var count and > 0)
            await to.SendAsync(buffer.AsMemory(0, count), cancel);
        to.Shutdown(SocketShutdown.Send);
    }
}
