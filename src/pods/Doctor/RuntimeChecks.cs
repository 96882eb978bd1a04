using System.Net.Sockets;
using System.Text.RegularExpressions;
using Pods.Oci;

namespace Pods.Cli.Doctor;

/// <summary>containerd, the shim and the OCI runtime: without them nothing starts.</summary>
internal sealed partial class RuntimeChecks(Machine machine, DaemonSettings settings)
{
    private static readonly Version s_oldest = new(1, 6);
    private static readonly Version s_mappingKernel = new(6, 3);

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancel)
    {
        Finding socket = await SocketAsync(cancel);
        // Nobody to be asked otherwise: ctr would wait for him.
        IReadOnlyList<Finding> space = socket.Verdict == Verdict.Failure ? [] : [await NamespaceAsync(cancel)];
        return [await ContainerdAsync(cancel), socket, .. space, Shim(), await OciRuntimeAsync(cancel), await UsersAsync(cancel)];
    }

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
        const string check = "containerd socket";
        string path = settings["containerd"];
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

    // By containerd's own client: what is wrong with containerd's answer shall not hang on podsd.
    private async Task<Finding> NamespaceAsync(CancellationToken cancel)
    {
        const string check = "containerd namespace";
        string space = settings["namespace"];
        if (space == "moby")
            return Finding.Warning(check, "moby is Docker's, which takes all in it for its own", "set namespace: k8s.io in /etc/pods/podsd.yaml");
        if (machine.FindProgram("ctr") is not { } ctr)
            return Finding.Ok(check, $"{space}, not looked into: there is no ctr");
        string[] words = ["--address", machine.At(settings["containerd"]), "--namespace", space, "containers", "ls", "--quiet"];
        return await Machine.RunAsync(ctr, words, cancel) switch
        {
            { ExitCode: 0 } run => Finding.Ok(check, $"{space}, {run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length} containers"),
            { } run when run.Error.Contains("permission denied", StringComparison.Ordinal) =>
                Finding.Warning(check, $"{space} is for root only: not looked into", "sudo pods doctor"),
            { } run => Finding.Failure(check, $"{space} cannot be listed: {run.Complaint}", "systemctl restart containerd"),
            null => Finding.Failure(check, $"{space} cannot be listed: containerd does not answer", "systemctl restart containerd"),
        };
    }

    private Finding Shim()
    {
        string runtime = settings["runtime"], check = $"runtime {runtime}";
        if (runtime.StartsWith('/'))
            return machine.HasFile(runtime) ? Finding.Ok(check, "is there")
                : Finding.Failure(check, "there is no such program", "correct runtime in /etc/pods/podsd.yaml");
        // containerd's rule: io.containerd.NAME.VERSION is the program containerd-shim-NAME-VERSION.
        if (runtime.Split('.') is not [_, .., var name, var version])
            return Finding.Failure(check, "is no name of a runtime, as io.containerd.pods.v1 is", "correct runtime in /etc/pods/podsd.yaml");
        string program = $"containerd-shim-{name}-{version}";
        return machine.FindProgram(program) is { } path ? Finding.Ok(check, path)
            : Finding.Failure(check, $"{program} is not where containerd looks for it", "apt install --reinstall pods");
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

    // Nothing to mend: most pods have the machine's users, and what a distribution has may be older than the feature.
    private async Task<Finding> UsersAsync(CancellationToken cancel)
    {
        const string check = "users of pods", refused = "the machine's: pods with hostUsers: false are refused";
        string runtime = settings["oci-runtime"] is { Length: > 0 } named ? named : "runc";
        string? program = runtime.StartsWith('/') ? machine.At(runtime) : machine.FindProgram(runtime);
        bool maps = program is not null && await Machine.RunAsync(program, ["features"], cancel) is { ExitCode: 0 } run && RuntimeFeatures.MapsIds(run.Output);
        return Finding.Ok(check, !maps ? $"{refused}, {runtime} mounts nothing with mapped ids (runc does since 1.2, crun since 1.9)"
            : settings["snapshotter"] != "overlayfs" ? $"{refused}, snapshotter {settings["snapshotter"]} maps no ids"
            : Environment.OSVersion.Version < s_mappingKernel ? $"{refused}, Linux {Environment.OSVersion.Version} does not map the ids of every volume"
            : "the machine's, and their own with hostUsers: false");
    }

    [GeneratedRegex(@"(\d+)\.(\d+)(\.\d+)?[^\s,]*")]
    private static partial Regex VersionNumber();
}
