using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pods.Cli.Doctor;

/// <summary>CNI's plugins and configuration, and what they need of the machine.</summary>
internal sealed class NetworkChecks(Machine machine, DaemonSettings settings)
{
    private static readonly string[] s_ownPlugins = ["bridge", "host-local", "loopback", "portmap"];

    private string[] _types = s_ownPlugins;   // of the network that there is

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancel) =>
        [Plugins(), Configuration(), Forwarding(), Iptables(), await PolicyAsync(cancel)];

    private bool IsInstalled(string plugin) => settings.PluginDirectories.Any(directory => machine.HasFile($"{directory}/{plugin}"));

    private Finding Plugins()
    {
        string[] missing = [.. s_ownPlugins.Where(plugin => !IsInstalled(plugin))];
        return missing is [] ? Finding.Ok("CNI plugins", string.Join(", ", s_ownPlugins))
            : Finding.Failure("CNI plugins", $"no {string.Join(", ", missing)} in {string.Join(" or ", settings.PluginDirectories)}",
                "apt install containernetworking-plugins");
    }

    private Finding Configuration()
    {
        const string check = "CNI configuration";
        string directory = settings["cni-conf-dir"];
        string? name = machine.List(directory)
            .FirstOrDefault(n => Path.GetExtension(n) is ".conflist" or ".conf" or ".json");
        if (name is null)
            return Finding.Ok(check, $"none in {directory}: podsd's own bridge is used");
        string file = $"{directory}/{name}";
        try
        {
            JsonDocumentOptions lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            JsonNode? network = JsonNode.Parse(machine.Read(file) ?? "", documentOptions: lenient);
            string[] types = [.. (network?["plugins"]?.AsArray() ?? [network]).Select(plugin => plugin?["type"]?.GetValue<string>() ?? "")];
            if (types.Contains(""))
                return Finding.Failure(check, $"{file} names a plugin without a type", $"correct {file}");
            _types = types;
            string[] missing = [.. types.Where(type => !IsInstalled(type))];
            return missing is [] ? Finding.Ok(check, $"{file} ({string.Join(", ", types)})")
                : Finding.Failure(check, $"{file} uses {string.Join(", ", missing)}, which is not installed",
                    "apt install containernetworking-plugins");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Finding.Failure(check, $"{file} is no network configuration", $"correct {file}");
        }
    }

    private Finding Forwarding() => machine.Read("/proc/sys/net/ipv4/ip_forward") == "1"
        ? Finding.Ok("ip_forward", "on")
        : Finding.Warning("ip_forward", "off: pods reach this machine only, until a CNI plugin turns it on", "sysctl -w net.ipv4.ip_forward=1");

    private Finding Iptables() => machine.FindProgram("iptables") is { } path ? Finding.Ok("iptables", path)
        : Finding.Failure("iptables", "is not installed: CNI's bridge and portmap call it", "apt install iptables");

    // Docker, or an administrator, lets nothing through that no rule allows; for pods CNI's firewall plugin makes those rules.
    private async Task<Finding> PolicyAsync(CancellationToken cancel)
    {
        const string check = "forwarding";
        if (machine.FindProgram("iptables") is not { } iptables
            || await Machine.RunAsync(iptables, ["-w", "-S", "FORWARD"], cancel) is not { ExitCode: 0 } run)
            return Finding.Ok(check, "iptables was not asked: that is for root only");
        if (!run.Output.StartsWith("-P FORWARD DROP", StringComparison.Ordinal))
            return Finding.Ok(check, "not forbidden by default");
        bool isOwn = ReferenceEquals(_types, s_ownPlugins), isBridge = _types.FirstOrDefault() is "bridge" or "ptp";
        return !isBridge || (isOwn ? IsInstalled("firewall") : _types.Contains("firewall"))
            ? Finding.Ok(check, "forbidden by default, as Docker does it: the pods' own rules let them through")
            : Finding.Warning(check, "forbidden by default, as Docker does it, and nothing lets pods through: they reach this machine only",
                isOwn ? "apt install containernetworking-plugins" : $$"""add {"type": "firewall"} to the plugins in {{settings["cni-conf-dir"]}}""");
    }
}
