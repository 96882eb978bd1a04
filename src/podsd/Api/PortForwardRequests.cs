using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>
/// One connection to a port of a pod over one WebSocket, subprotocol v4 or v5.channel.k8s.io: channel 0 is data both ways, 1 an error
/// as text, and 255 says that a channel ends. The first message of each channel is the port, as the kubelet has it. kubectl asks for
/// SPDY instead.
/// </summary>
internal sealed class PortForwardRequests(PodNode node)
{
    private const byte Data = 0, Failure = 1, End = 255;
    private const string Spdy = "SPDY/3.1", Tunnel = "SPDY/3.1+portforward.k8s.io";
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);
    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    public async Task ForwardAsync(HttpContext context)
    {
        StoredPod stored = node.Get(PodRequests.Space(context), PodRequests.Name(context));
        if (context.WebSockets.IsWebSocketRequest ? context.WebSockets.WebSocketRequestedProtocols.Contains(Tunnel)
            : string.Equals(context.Request.Headers.Upgrade, Spdy, StringComparison.OrdinalIgnoreCase))
        {
            await ForwardAllAsync(context, stored);
            return;
        }
        if (PodRequests.Number(context, "ports") is not ({ } port and > 0 and < 65536))
            throw NodeException.BadRequest("parameter ports: exactly one port between 1 and 65535");
        if (!context.WebSockets.IsWebSocketRequest)
            throw NodeException.BadRequest("port-forward needs an upgrade to WebSocket");
        string protocol = Protocols.FirstOrDefault(context.WebSockets.WebSocketRequestedProtocols.Contains)
            ?? throw NodeException.BadRequest($"no subprotocol in common; spoken here: {string.Join(", ", Protocols)}");
        await using Stream connection = await ConnectAsync(stored, (int)port, context.RequestAborted);
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        byte[] number = [(byte)port, (byte)(port >> 8)];
        await SendAsync(socket, Data, number, context.RequestAborted);
        await SendAsync(socket, Failure, number, context.RequestAborted);
        await RunAsync(socket, (NetworkStream)connection, context.RequestAborted);
    }

    /// <summary>As kubectl asks: many connections in one, over SPDY, which newer ones wrap into a WebSocket.</summary>
    private async Task ForwardAllAsync(HttpContext context, StoredPod stored)
    {
        IHttpUpgradeFeature upgrade = context.Features.GetRequiredFeature<IHttpUpgradeFeature>();
        bool isTunnel = context.WebSockets.IsWebSocketRequest;
        IHeaderDictionary answer = context.Response.Headers;
        answer.Upgrade = isTunnel ? "websocket" : Spdy;
        // The framework's own handshake takes no "/" in the name of a subprotocol.
        if (isTunnel)
            (answer.SecWebSocketProtocol, answer.SecWebSocketAccept) = (Tunnel, AcceptOf(context.Request.Headers.SecWebSocketKey.ToString()));
        else
            answer["X-Stream-Protocol-Version"] = "portforward.k8s.io";
        SpdyPortForward forward = new(node, stored);
        await using Stream transport = await upgrade.UpgradeAsync();
        if (!isTunnel)
        {
            await forward.RunAsync(transport, context.RequestAborted);
            return;
        }
        using WebSocket socket = WebSocket.CreateFromStream(transport, isServer: true, Tunnel.Split('+')[1], KeepAlive);
        await using WebSocketStream tunnel = new(socket);
        await forward.RunAsync(tunnel, context.RequestAborted);
    }

    // RFC 6455, 4.2.2: no secret, a proof that the key was read.
    [SuppressMessage("Security", "CA5350", Justification = "the protocol's own")]
    private static string AcceptOf(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));

    private async Task<Stream> ConnectAsync(StoredPod stored, int port, CancellationToken cancel)
    {
        try
        {
            return await PodPort.ConnectAsync(node.Services, stored, port, cancel);
        }
        catch (SocketException e)
        {
            throw new NodeException(500, "InternalError",
                $"port {port} of pod \"{stored.Pod.Metadata!.Name}\": {TcpProbe.Describe(e.SocketErrorCode)}");
        }
    }

    private static async Task RunAsync(WebSocket socket, NetworkStream connection, CancellationToken aborted)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Task inward = ReceiveAsync(socket, connection, ending.Token), outward = CopyOutAsync(socket, connection, ending.Token);
        try
        {
            await Task.WhenAll(inward, outward);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, ending.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // One of the two ends has gone.
        }
        await ending.CancelAsync();
        await Task.WhenAll(inward, outward).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
    }

    private static async Task CopyOutAsync(WebSocket socket, NetworkStream connection, CancellationToken cancel)
    {
        byte[] buffer = new byte[32 * 1024];
        while (await connection.ReadAsync(buffer, cancel) is var count and > 0)
            await SendAsync(socket, Data, buffer.AsMemory(0, count), cancel);
        await SendAsync(socket, End, new byte[] { Data }, cancel);
    }

    private static async Task ReceiveAsync(WebSocket socket, NetworkStream connection, CancellationToken cancel)
    {
        byte[] buffer = new byte[32 * 1024];
        int channel = -1;
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
            if (channel == Data)
                await connection.WriteAsync(content, cancel);
            else if (channel == End && content.Length == 1)
                break;
            if (got.EndOfMessage)
                channel = -1;
        }
        connection.Socket.Shutdown(SocketShutdown.Send);
    }

    private static Task SendAsync(WebSocket socket, byte channel, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        socket.SendAsync((byte[])[channel, .. content.Span], WebSocketMessageType.Binary, endOfMessage: true, cancel);
}
