using System.Text.Json;

namespace Pods.Cli.Doctor;

/// <summary>podsd's settings, as podsd itself reads them: the checks look where they say, also while it does not run.</summary>
internal sealed class DaemonSettings
{
    private const string File = "/etc/pods/podsd.yaml";

    // Where the checks look when podsd is not installed, or cannot read its own file.
    private static readonly IReadOnlyDictionary<string, string> s_usual = new Dictionary<string, string>
    {
        ["root"] = "/var/lib/pods",
        ["state"] = "/run/pods",
        ["log-dir"] = "/var/log/pods",
        ["containerd"] = "/run/containerd/containerd.sock",
        ["namespace"] = "k8s.io",
        ["runtime"] = "io.containerd.pods.v1",
        ["oci-runtime"] = "",
        ["snapshotter"] = "overlayfs",
        ["netns-dir"] = "/run/netns",
        ["cni-conf-dir"] = "/etc/cni/net.d",
        ["cni-bin-dir"] = "/usr/lib/cni:/opt/cni/bin",
        ["cgroup-parent"] = "/pods",
    };

    private readonly Dictionary<string, string> _values;

    private DaemonSettings(Finding finding, Dictionary<string, string>? values = null) => (Finding, _values) = (finding, values ?? new(s_usual));

    public static DaemonSettings Usual { get; } = new(Finding.Ok("configuration", "as podsd has it"));

    public Finding Finding { get; }

    public string this[string key] => _values.GetValueOrDefault(key) ?? s_usual[key];

    public IReadOnlyList<string> PluginDirectories => this["cni-bin-dir"].Split([':', ',']);

    public static async Task<DaemonSettings> ReadAsync(Machine machine, CancellationToken cancel)
    {
        const string check = "configuration";
        if (machine.FindProgram("podsd") is not { } program)
            return new(Finding.Failure(check, "podsd is not installed", "apt install --reinstall pods"));
        if (await Machine.RunAsync(program, ["--print-config"], cancel) is not { } run)
            return new(Finding.Failure(check, $"{program} does not run", "apt install --reinstall pods"));
        if (run.ExitCode != 0)
            return new(Finding.Failure(check, run.Complaint.Replace("podsd: ", ""), $"correct {File}; systemctl restart podsd"));
        Dictionary<string, string> values = Parse(run.Output);
        string[] changed = [.. s_usual.Where(usual => values.GetValueOrDefault(usual.Key, usual.Value) != usual.Value).Select(usual => usual.Key)];
        string where = machine.HasFile(File) ? File : "none: every setting has its default";
        return new(Finding.Ok(check, changed is [] ? where : $"{where} (moved: {string.Join(", ", changed)})"), values);
    }

    // Lines of: key: "value as a JSON string".
    private static Dictionary<string, string> Parse(string text)
    {
        Dictionary<string, string> values = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split(": ", 2) is [var key, var value])
                values[key] = JsonSerializer.Deserialize(value, FindingJson.Default.String) ?? "";
        return values;
    }
}
