using Pods.Images;
using Pods.Network;
using Pods.Node;

namespace Pods.Daemon.Settings;

/// <summary>Everything that the configuration file and the command line can set.</summary>
internal sealed record DaemonSettings(string Socket, NodeOptions Node, ImageOptions Images, NetworkOptions Network);

/// <summary>The configuration is wrong; podsd does not start.</summary>
internal sealed class SettingsException(string message) : Exception(message);
