using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pods.Cli.Doctor;

/// <summary>CNI's plugins and configuration, and what they need of the machine.</summary>
internal sealed class NetworkChecks(Machine machine)
{
    private const string ConfigurationDirectory = "/etc/cni/net.d";
    private static readonly string[] s_pluginDirectories = ["/usr/lib/cni", "/opt/cni/bin"];
    private static readonly string[] s_ownPlugins = ["bridge", "host-local", "loopback", "portmap"];

    public IReadOnlyList<Finding> Run() => [Plugins(), Configuration(), Forwarding(), Iptables()];

    private bool IsInstalled(string plugin) => s_pluginDirectories.Any(directory => machine.HasFile($"{directory}/{plugin}"));

    private Finding Plugins()
    {
        string[] missing = [.. s_ownPlugins.Where(plugin => !IsInstalled(plugin))];
        return missing is [] ? Finding.Ok("CNI plugins", string.Join(", ", s_ownPlugins))
            : Finding.Failure("CNI plugins", $"no {string.Join(", ", missing)} in {string.Join(" or ", s_pluginDirectories)}",
                "apt install containernetworking-plugins");
    }

    private Finding Configuration()
    {
        const string check = "CNI configuration";
        string? name = machine.List(ConfigurationDirectory)
            .FirstOrDefault(n => Path.GetExtension(n) is ".conflist" or ".conf" or ".json");
        if (name is null)
            return Finding.Ok(check, $"none in {ConfigurationDirectory}: podsd's own bridge is used");
        string file = $"{ConfigurationDirectory}/{name}";
        try
        {
            JsonDocumentOptions lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            JsonNode? network = JsonNode.Parse(machine.Read(file) ?? "", documentOptions: lenient);
            string[] types = [.. (network?["plugins"]?.AsArray() ?? [network]).Select(plugin => plugin?["type"]?.GetValue<string>() ?? "")];
            if (types.Contains(""))
                return Finding.Failure(check, $"{file} names a plugin without a type", $"correct {file}");
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
}
