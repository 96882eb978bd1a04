namespace Pods.Manifests;

/// <summary>The sysctls that every pod may set (the kubelet's safe list): what they change cannot reach the host or another pod.</summary>
public static class SafeSysctls
{
    private static readonly string[] s_names =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    /// <param name="name">With dots.</param>
    public static bool Contains(string name) => s_names.Contains(name);
}
