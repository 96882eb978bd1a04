using System.Net;
using Pods.Images;
using Pods.Network;
using Pods.Node;

namespace Pods.Daemon.Settings;

/// <summary>Everything that the configuration file and the command line can set.</summary>
internal sealed record DaemonSettings(string Socket, NodeOptions Node, ImageOptions Images, NetworkOptions Network)
{
    /// <summary>Where the API listens with TLS; null for nowhere.</summary>
    public IPEndPoint? Listen { get; init; }
    /// <summary>Host names and addresses, besides the machine's own, that the TLS port's certificate is for.</summary>
    public IReadOnlyList<string> ListenNames { get; init; } = [];
}

/// <summary>The configuration is wrong; podsd does not start.</summary>
internal sealed class SettingsException(string message) : Exception(message);
