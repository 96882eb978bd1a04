using System.Net;
using System.Text;

namespace Pods.Network;

/// <summary>What a pod's dnsConfig asks for; options as resolv.conf spells them, "ndots:2".</summary>
public sealed record DnsSettings(IReadOnlyList<string> Nameservers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options);

/// <summary>A pod's /etc/resolv.conf, from its dnsPolicy, its dnsConfig and the host's file.</summary>
public static class ResolvConf
{
    // resolv.conf(5): the resolver reads three name servers. Kubernetes' own bounds for search domains are 32, and 2048 characters.
    private const int MaxNameservers = 3, MaxSearches = 32, MaxSearchCharacters = 2048;

    private const string SystemdResolved = "/run/systemd/resolve/resolv.conf";

    /// <summary>The host's file; where that names only systemd-resolved's stub, which no pod can reach, the file of real servers.</summary>
    public static string ReadHost(string path = "/etc/resolv.conf")
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        IReadOnlyList<string> servers = Parse(text).Nameservers;
        return servers.Count > 0 && servers.All(server => server.StartsWith("127.", StringComparison.Ordinal)) && File.Exists(SystemdResolved)
            ? File.ReadAllText(SystemdResolved)
            : text;
    }

    /// <param name="policy">ClusterFirst, ClusterFirstWithHostNet, Default or None.</param>
    /// <param name="hostText">The host's resolv.conf.</param>
    /// <param name="clusterDns">Empty on a node without a cluster: the ClusterFirst policies are Default then, as with kubelet.</param>
    public static string Render(string policy, DnsSettings? config, string hostText, IReadOnlyList<string> clusterDns) =>
        Render(policy, config, hostText, clusterDns, out _);

    /// <param name="warnings">What had to be left out or cannot work, a sentence each.</param>
    public static string Render(
        string policy, DnsSettings? config, string hostText, IReadOnlyList<string> clusterDns, out IReadOnlyList<string> warnings)
    {
        DnsSettings host = Parse(hostText);
        DnsSettings start = policy switch
        {
            "None" => new([], [], []),
            "ClusterFirst" or "ClusterFirstWithHostNet" when clusterDns.Count > 0 => host with { Nameservers = clusterDns, Options = ["ndots:5"] },
            _ => host,
        };
        DnsSettings added = config ?? new([], [], []);
        StringBuilder text = new();
        string[] servers = [.. start.Nameservers.Concat(added.Nameservers).Distinct()];
        string[] searches = [.. start.Searches.Concat(added.Searches).Distinct()];
        int fitting = CountFitting(searches);
        foreach (string server in servers.Take(MaxNameservers))
            text.Append($"nameserver {server}\n");
        Append(text, "search", searches.Take(fitting));
        Append(text, "options", Merge(start.Options, added.Options));
        warnings = [.. Warnings(servers, searches, fitting)];
        return text.ToString();
    }

    private static int CountFitting(string[] searches)
    {
        int count = Math.Min(searches.Length, MaxSearches);
        while (count > 0 && string.Join(' ', searches.Take(count)).Length > MaxSearchCharacters)
            count--;
        return count;
    }

    private static IEnumerable<string> Warnings(string[] servers, string[] searches, int fitting)
    {
        if (servers.Length > MaxNameservers)
            yield return $"nameservers {string.Join(' ', servers.Skip(MaxNameservers))} are left out: {MaxNameservers} are the most";
        if (searches.Length > fitting)
        {
            yield return $"search domains {string.Join(' ', searches.Skip(fitting))} are left out:"
                + $" {MaxSearches} domains and {MaxSearchCharacters} characters are the most";
        }
        foreach (string server in servers.Take(MaxNameservers))
        {
            if (IPAddress.TryParse(server, out IPAddress? address) && IPAddress.IsLoopback(address))
                yield return $"nameserver {server} is the pod's own loopback, not the host's";
        }
    }

    private static DnsSettings Parse(string text)
    {
        List<string> servers = [];
        string[] searches = [], options = [];
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var server, ..])
                servers.Add(server);
            else if (words is ["search" or "domain", ..])
                searches = words[1..];   // the last line counts
            else if (words is ["options", ..])
                options = [.. Merge(options, words[1..])];
        }
        return new(servers, searches, options);
    }

    /// <summary>An option of the same name replaces the earlier one where that stands.</summary>
    private static IEnumerable<string> Merge(IEnumerable<string> options, IEnumerable<string> added)
    {
        List<string> merged = [.. options];
        foreach (string option in added)
        {
            int at = merged.FindIndex(existing => existing.Split(':')[0] == option.Split(':')[0]);
            if (at < 0)
                merged.Add(option);
            else
                merged[at] = option;
        }
        return merged;
    }

    private static void Append(StringBuilder text, string keyword, IEnumerable<string> words)
    {
        string joined = string.Join(' ', words);
        if (joined.Length > 0)
            text.Append($"{keyword} {joined}\n");
    }
}
