using System.Text;

namespace Pods.Network;

/// <summary>A pod's /etc/hosts: itself, localhost and its hostAliases.</summary>
public static class HostsFile
{
    private const string Local =
        "127.0.0.1\tlocalhost\n" +
        "::1\tlocalhost ip6-localhost ip6-loopback\n" +
        "fe00::0\tip6-localnet\n" +
        "fe00::0\tip6-mcastprefix\n" +
        "fe00::1\tip6-allnodes\n" +
        "fe00::2\tip6-allrouters\n";

    /// <param name="fqdn">The whole name of a pod that has a subdomain; it comes first, so that it is what <c>hostname -f</c> answers.</param>
    /// <param name="hostText">The host's own file for a pod on the host's network, which has no address of its own; else null.</param>
    public static string Render(
        IReadOnlyList<string> podIps, string hostname, string? fqdn,
        IEnumerable<(string Address, IReadOnlyList<string> Names)> aliases, string? hostText = null)
    {
        // The kubelet's first lines: programs tell by them that the file is not the image's.
        StringBuilder text = new();
        if (hostText is null)
        {
            text.Append("# Kubernetes-managed hosts file.\n");
            text.Append(Local);
            foreach (string ip in podIps)
                text.Append($"{ip}\t{(fqdn is null ? "" : fqdn + "\t")}{hostname}\n");
        }
        else
        {
            text.Append("# Kubernetes-managed hosts file (host network).\n");
            text.Append(hostText.TrimEnd('\n')).Append('\n');
        }
        foreach ((string address, IReadOnlyList<string> names) in aliases)
            text.Append($"{address}\t{string.Join(' ', names)}\n");
        return text.ToString();
    }
}
