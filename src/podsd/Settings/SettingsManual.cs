using System.Text;

namespace Pods.Daemon.Settings;

/// <summary>podsd(8) and podsd.yaml(5) in roff, from the same table as the help.</summary>
internal static class SettingsManual
{
    public const string DaemonPage = "--man";
    public const string FilePage = "--man-config";

    public static string Daemon() => $"""
        .TH PODSD 8 "" "podsd {PodsDaemon.Version}" "System Administration"
        .SH NAME
        podsd \- runs Kubernetes pods on containerd
        .SH SYNOPSIS
        .B podsd
        [\-\-config
        .IR file ]
        [\-\-\fIkey\fR
        .IR value " ...]"
        .SH DESCRIPTION
        Keeps the pods of this machine as their manifests say: images, network, volumes, probes, restarts.
        Its API is that of Kubernetes pods, on a unix socket for root and the group pods, and with TLS on a port where one is set.
        Pods go on while podsd is restarted; when the machine goes down podsd.service ends them within their grace periods.
        .SH OPTIONS
        Every key of
        .BR podsd.yaml (5)
        is an option too, and what the command line says counts. Besides:
        .TP
        .BI \-\-config " file"
        The configuration file, {Text(SettingsCommandLine.DefaultFile)} unless said otherwise.
        .TP
        .B {Text(SettingsCommandLine.PrintConfig)}
        Print every setting as it is in force, as a podsd.yaml, then end.
        .TP
        .B {Text(SettingsCommandLine.RemovePods)}
        End and remove every pod, each within its grace period and 4 minutes, then end; podsd must not be running.
        .TP
        .B \-\-version
        Print the version.
        .SH EXIT STATUS
        0 ended as asked, 1 failed, 2 wrong usage or configuration.
        .SH FILES
        .TP
        .I {Text(SettingsCommandLine.DefaultFile)}
        Configuration.
        .TP
        .I /etc/pods/manifests
        Static manifests.
        .TP
        .I /var/lib/pods
        Desired pods and volumes.
        .SH SEE ALSO
        .BR pods (1),
        .BR podsd.yaml (5),
        .BR containerd\-shim\-pods\-v1 (8)
        """;

    public static string File()
    {
        StringBuilder page = new();
        page.Append($"""
            .TH PODSD.YAML 5 "" "podsd {PodsDaemon.Version}" "File Formats"
            .SH NAME
            podsd.yaml \- configuration of podsd
            .SH DESCRIPTION
            A flat map of the keys below; every one is optional, and an unknown one stops podsd with its line number.
            A list may be written as one, or as text with the separators named.
            .SH KEYS

            """);
        foreach (Setting setting in SettingTable.All)
        {
            string standard = setting.Default.Length > 0 ? $" Default: {setting.Default}" : "";
            page.Append($".TP\n.B {Text(setting.Key)}\n{Text(char.ToUpperInvariant(setting.Help[0]) + setting.Help[1..] + "." + standard)}\n");
        }
        return page.Append(".SH SEE ALSO\n.BR podsd (8)").ToString();
    }

    private static string Text(string text) => text.Replace("\\", "\\e").Replace("-", "\\-").Replace("…", "...");
}
