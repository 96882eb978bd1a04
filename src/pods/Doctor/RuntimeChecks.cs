using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Pods.Cli.Doctor;

/// <summary>containerd, the shim and the OCI runtime: without them nothing starts.</summary>
internal sealed partial class RuntimeChecks(Machine machine)
{
    private static readonly Version s_oldest = new(1, 6);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancel) =>
        [await ContainerdAsync(cancel), await SocketAsync(cancel), Shim(), await OciRuntimeAsync(cancel)];

    private async Task<Finding> ContainerdAsync(CancellationToken cancel)
    {
        const string check = "containerd";
        if (machine.FindProgram("containerd") is not { } program)
            return Finding.Failure(check, "is not installed", "apt install containerd");
        if (await Machine.VersionOfAsync(program, cancel) is not { } line || VersionNumber().Match(line) is not { Success: true } number)
            return Finding.Warning(check, $"{program} does not tell its version", $"{program} --version");
        Version version = new(int.Parse(number.Groups[1].ValueSpan), int.Parse(number.Groups[2].ValueSpan));
        return version >= s_oldest ? Finding.Ok(check, $"{number.Value} ({program})")
            : Finding.Failure(check, $"{number.Value} is older than {s_oldest}", "apt install containerd");
    }

    private async Task<Finding> SocketAsync(CancellationToken cancel)
    {
        const string check = "containerd socket", path = "/run/containerd/containerd.sock";
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(machine.At(path)), cancel);
            return Finding.Ok(check, path);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            return Finding.Warning(check, $"{path} is for root only: not looked at", "sudo pods doctor");
        }
        catch (SocketException)
        {
            return Finding.Failure(check, machine.HasFile(path) ? $"nobody listens on {path}" : $"there is no {path}", "systemctl start containerd");
        }
    }

    private Finding Shim()
    {
        const string program = "containerd-shim-pods-v1";
        return machine.FindProgram(program) is { } path ? Finding.Ok("runtime io.containerd.pods.v1", path)
            : Finding.Failure("runtime io.containerd.pods.v1", $"{program} is not where containerd looks for it", "apt install --reinstall pods");
    }

    private async Task<Finding> OciRuntimeAsync(CancellationToken cancel)
    {
        List<string> found = [];
        foreach (string name in new[] { "runc", "crun" })
            if (machine.FindProgram(name) is { } program && await Machine.VersionOfAsync(program, cancel) is { } line)
                found.Add($"{name} {VersionNumber().Match(line).Value}".Trim());
        return found switch
        {
            [] => Finding.Failure("OCI runtime", "neither runc nor crun runs", "apt install runc"),
            // runc is what containerd's options name by default.
            _ when !found[0].StartsWith("runc", StringComparison.Ordinal) =>
                Finding.Warning("OCI runtime", $"{found[0]} only: pods ask for runc unless they are told otherwise", "apt install runc"),
            _ => Finding.Ok("OCI runtime", string.Join(", ", found)),
        };
    }

    [GeneratedRegex(@"(\d+)\.(\d+)(\.\d+)?[^\s,]*")]
    private static partial Regex VersionNumber();
}
