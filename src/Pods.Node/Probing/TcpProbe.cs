using System.Net.Sockets;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Opens a connection and closes it.</summary>
public static class TcpProbe
{
    internal static async Task<ProbeAnswer> AskAsync(ProbeTarget target, TcpSocketAction action, CancellationToken cancel)
    {
        if (target.Resolve(action.Port) is not { } port)
            return new(false, $"container has no port named \"{action.Port}\"", WasAnswered: false);
        string host = string.IsNullOrEmpty(action.Host) ? target.Host : action.Host;
        try
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(host, port, cancel);
            return ProbeAnswer.Good;
        }
        catch (SocketException e)
        {
            return new(false, $"dial tcp {host}:{port}: {Describe(e.SocketErrorCode)}", WasAnswered: false);
        }
    }

    public static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset by peer",
        SocketError.HostUnreachable => "no route to host",
        SocketError.NetworkUnreachable => "network is unreachable",
        SocketError.TimedOut => "connection timed out",
        SocketError.HostNotFound => "no such host",
        _ => error.ToString(),
    };
}
