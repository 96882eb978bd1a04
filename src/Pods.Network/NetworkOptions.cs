namespace Pods.Network;

/// <summary>Where a node's CNI configuration and plugins lie.</summary>
public sealed record NetworkOptions
{
    public string ConfigurationDirectory { get; init; } = "/etc/cni/net.d";
    public IReadOnlyList<string> PluginDirectories { get; init; } = ["/usr/lib/cni", "/opt/cni/bin"];

    /// <summary>One file per sandbox: what must be undone for it, written before anything is done.</summary>
    public string CacheDirectory { get; init; } = "/var/lib/pods/network";

    /// <summary>Subnets, comma-separated, of the network that is used when the configuration directory names none.</summary>
    public string? DefaultSubnet { get; init; }

    /// <summary>How long one plugin may take for one command.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}
