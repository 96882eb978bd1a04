using System.Net.WebSockets;
using Pods.Containerd;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>exec and attach: what is wrong with a request is told before it becomes a WebSocket, what goes wrong then by the final status.</summary>
internal sealed class ExecRequests(PodNode node)
{
    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    public async Task ExecAsync(HttpContext context)
    {
        StoredPod stored = node.Get(PodRequests.Space(context), PodRequests.Name(context));
        ExecRequest request = Read(context);
        if (request.Command.Count == 0)
            throw NodeException.BadRequest("parameter command: required");
        string protocol = Protocol(context, "exec");
        ExecProcess.Check(stored, request);
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        ExecProcess started;
        try
        {
            // Not before: kubectl makes its streams after the upgrade, and drops what comes earlier than that.
            started = await ExecProcess.StartAsync(node.Services, stored, request, context.RequestAborted);
        }
        catch (Exception e) when (e is NodeException or ContainerdException)
        {
            await ChannelConnection.RefuseAsync(socket, e.Message, context.RequestAborted);
            return;
        }
        await using ExecProcess process = started;
        await new ChannelConnection(socket, process).RunAsync(context.RequestAborted);
    }

    public async Task AttachAsync(HttpContext context)
    {
        StoredPod stored = node.Get(PodRequests.Space(context), PodRequests.Name(context));
        string protocol = Protocol(context, "attach");
        await using AttachedContainer container = AttachedContainer.Open(node.Services, stored, Read(context));
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        await new ChannelConnection(socket, container).RunAsync(context.RequestAborted);
    }

    private static ExecRequest Read(HttpContext context) => new()
    {
        Container = PodRequests.Query(context, "container"),
        Command = [.. context.Request.Query["command"].OfType<string>()],
        Stdin = PodRequests.Flag(context, "stdin"),
        Stdout = PodRequests.Flag(context, "stdout"),
        Stderr = PodRequests.Flag(context, "stderr"),
        Tty = PodRequests.Flag(context, "tty"),
        // Ours: kubectl sends the size when the program has begun already.
        Size = PodRequests.Number(context, "width") is { } width and > 0 and < 65536
            && PodRequests.Number(context, "height") is { } height and > 0 and < 65536 ? ((int)width, (int)height) : null,
    };

    private static string Protocol(HttpContext context, string verb)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw NodeException.BadRequest($"{verb} needs an upgrade to WebSocket");
        return Protocols.FirstOrDefault(context.WebSockets.WebSocketRequestedProtocols.Contains)
            ?? throw NodeException.BadRequest($"no subprotocol in common; spoken here: {string.Join(", ", Protocols)}");
    }
}
