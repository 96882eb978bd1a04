using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Pods.Cli.Client;

/// <summary>Accepts connections on local ports, and carries each to the pod over a WebSocket of its own.</summary>
internal sealed class PortForward(PodsClient client, string podPath, TextWriter output, TextWriter error) : IDisposable
{
    private const string Protocol = "v5.channel.k8s.io";
    private const byte Data = 0, End = 255;

    private readonly List<(TcpListener Listener, int Port)> _listeners = [];

    /// <exception cref="CliException">The local port is taken.</exception>
    public void Listen(IPAddress address, int local, int port)
    {
        TcpListener listener = new(address, local);
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new CliException($"error: unable to listen on port {local}: {address}: {e.Message.ToLowerInvariant()}");
        }
        _listeners.Add((listener, port));
        output.WriteLine($"Forwarding from {listener.LocalEndpoint} -> {port}");
        output.Flush();
    }

    /// <summary>Until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_listeners.Select(l => AcceptAsync(l.Listener, l.Port, cancel)));

    public void Dispose()
    {
        foreach (var (listener, _) in _listeners)
            listener.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, int port, CancellationToken cancel)
    {
        HashSet<Task> connections = [];
        while (true)
        {
            TcpClient accepted = await listener.AcceptTcpClientAsync(cancel);
            connections.RemoveWhere(c => c.IsCompleted);
            connections.Add(ServeAsync(accepted, port, cancel));
        }
    }

    private async Task ServeAsync(TcpClient accepted, int port, CancellationToken cancel)
    {
        await Task.Yield();
        using TcpClient local = accepted;
        try
        {
            Stream stream = await client.UpgradeAsync($"{podPath}/portforward?ports={port}", Protocol, cancel);
            using WebSocket socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false, SubProtocol = Protocol });
            NetworkStream connection = local.GetStream();
            await Task.WhenAll(SendAsync(socket, connection, cancel), ReceiveAsync(socket, connection, cancel));
        }
        catch (Exception e) when (e is CliException or IOException or WebSocketException or SocketException)
        {
            // One connection failed; the next may go well.
            lock (error)
                error.WriteLine($"error forwarding port {port}: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            // The user has seen enough.
        }
    }

    private static async Task SendAsync(WebSocket socket, NetworkStream connection, CancellationToken cancel)
    {
        byte[] buffer = new byte[32 * 1024];
        buffer[0] = Data;
        while (await connection.ReadAsync(buffer.AsMemory(1), cancel) is var count and > 0)
            await socket.SendAsync(buffer.AsMemory(0, count + 1), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        if (socket.State == WebSocketState.Open)
            await socket.SendAsync(new byte[] { End, Data }, WebSocketMessageType.Binary, endOfMessage: true, cancel);
    }

    private static async Task ReceiveAsync(WebSocket socket, NetworkStream connection, CancellationToken cancel)
    {
        byte[] buffer = new byte[32 * 1024];
        int channel = -1;
        bool isGreeted = false;
        while (true)
        {
            ValueWebSocketReceiveResult got = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (got.MessageType == WebSocketMessageType.Close)
                break;
            ReadOnlyMemory<byte> content = buffer.AsMemory(0, got.Count);
            if (channel < 0 && content.Length > 0)
            {
                channel = content.Span[0];
                content = content[1..];
            }
            // The first message of the channel is the port's number.
            if (channel == Data && isGreeted)
                await connection.WriteAsync(content, cancel);
            if (channel == End)
                connection.Socket.Shutdown(SocketShutdown.Send);
            if (!got.EndOfMessage)
                continue;
            isGreeted |= channel == Data;
            channel = -1;
        }
        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
    }
}
