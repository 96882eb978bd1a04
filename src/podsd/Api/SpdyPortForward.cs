using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>
/// kubectl's port-forward, portforward.k8s.io: for each connection to its own port a pair of SPDY streams with one request id, one
/// for an error as text and one for the data.
/// </summary>
internal sealed class SpdyPortForward(PodNode node, StoredPod stored)
{
    private readonly Dictionary<string, SpdyStream> _halves = [];   // by request id: an error stream whose data stream is to come
    private readonly List<Task> _connections = [];
    private CancellationToken _cancel;

    public async Task RunAsync(Stream transport, CancellationToken aborted)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        _cancel = ending.Token;
        using SpdyConnection connection = new(transport, Take);
        try
        {
            await connection.RunAsync(ending.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or WebSocketException or InvalidDataException)
        {
            // The client has gone, or speaks what cannot be understood: either way it is over.
        }
        await ending.CancelAsync();
        await Task.WhenAll(_connections);
    }

    private void Take(SpdyStream stream)
    {
        string request = stream.Header("requestid") ?? "";
        if (stream.Header("streamtype") == "error")
            _halves[request] = stream;
        else if (_halves.Remove(request, out SpdyStream? errors))
            _connections.Add(ForwardAsync(stream, errors));
    }

    private async Task ForwardAsync(SpdyStream data, SpdyStream errors)
    {
        try
        {
            if (!ushort.TryParse(data.Header("port"), out ushort port) || port == 0)
                await RefuseAsync(errors, $"port \"{data.Header("port")}\" is none");
            else
                await ForwardAsync(data, errors, port);
            await data.EndAsync(_cancel);
            await errors.EndAsync(_cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or WebSocketException)
        {
            // The client has gone.
        }
    }

    private async Task ForwardAsync(SpdyStream data, SpdyStream errors, int port)
    {
        Stream connection;
        try
        {
            connection = await PodPort.ConnectAsync(node.Services, stored, port, _cancel);
        }
        catch (Exception e) when (e is SocketException or NodeException)
        {
            string why = e is SocketException socket ? TcpProbe.Describe(socket.SocketErrorCode) : e.Message;
            await RefuseAsync(errors, $"error forwarding port {port} to pod {stored.Pod.Metadata!.Name}: {why}");
            return;
        }
        await using (connection)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
            Task inward = CopyInAsync(data, (NetworkStream)connection, over.Token);
            try
            {
                byte[] buffer = new byte[32 * 1024];
                while (await connection.ReadAsync(buffer, over.Token) is var count and > 0)
                    await data.WriteAsync(buffer.AsMemory(0, count), over.Token);
            }
            catch (IOException)
            {
                // The pod's side broke off, as it may: the client's connection ends.
            }
            data.Drop();
            await over.CancelAsync();
            await inward;
        }
    }

    private static async Task CopyInAsync(SpdyStream data, NetworkStream connection, CancellationToken cancel)
    {
        try
        {
            await foreach (byte[] content in data.ReadAsync(cancel))
                await connection.WriteAsync(content, cancel);
            connection.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The pod's side is over, or takes no more.
            data.Drop();
        }
    }

    private Task RefuseAsync(SpdyStream errors, string message) => errors.WriteAsync(Encoding.UTF8.GetBytes(message), _cancel);
}
