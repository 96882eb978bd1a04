using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>
/// Debian's podman as it was unpacked, with runc and a bridge, on storage, state and a network namespace of its own: what it
/// does is what a user's would, and nothing of the machine is touched.
/// </summary>
internal sealed class Podman : IAsyncDisposable
{
    private const string Network = "bench";

    private readonly ScratchDirectory _scratch = new();
    private readonly string _namespace = Unique.Id("ptpm");

    private Podman()
    {
    }

    private static string Root { get; } = Path.Combine(ContainerdVersions.Newer, "podman");

    /// <summary>Null, with a word to the reader, when it is not here.</summary>
    public static async Task<Podman?> StartAsync()
    {
        if (!File.Exists(Path.Combine(Root, ".complete")))
        {
            Console.WriteLine($"podman is not here: tests/fetch-newer.sh {ContainerdVersions.Newer} podman");
            return null;
        }
        Podman podman = new();
        try
        {
            await podman.SetUpAsync();
            return podman;
        }
        catch
        {
            await podman.DisposeAsync();
            throw;
        }
    }

    public async Task<string> VersionAsync() => (await RunAsync("version", "--format", "{{.Version}}")).Succeeded().Output.Trim();

    /// <summary>Done when the containers run, as podman says itself.</summary>
    public async Task PlayAsync(string manifest)
    {
        File.WriteAllText(_scratch.File("pod.yaml"), manifest);
        (await RunAsync("kube", "play", "--network", Network, _scratch.File("pod.yaml"))).Succeeded();
    }

    /// <summary>Begins with SIGTERM, as <c>pods delete</c>.</summary>
    public async Task DownAsync() => (await RunAsync("kube", "down", _scratch.File("pod.yaml"))).Succeeded();

    public async ValueTask DisposeAsync()
    {
        await RunAsync("pod", "rm", "--all", "--force", "--time", "0");
        // Its mounts of /run/netns and its bridge go with the namespace.
        await Command.RunAsync("ip", ["netns", "delete", _namespace]);
        foreach (string controller in Directory.GetDirectories("/sys/fs/cgroup"))
            if (Directory.Exists(Path.Combine(controller, _namespace)))
                Directory.Delete(Path.Combine(controller, _namespace));
        _scratch.Dispose();
    }

    private async Task SetUpAsync()
    {
        (await Command.RunAsync("ip", ["netns", "add", _namespace])).Succeeded();
        // Without the privilege to raise limits (CAP_SYS_RESOURCE) podman's own defaults stop every container.
        File.WriteAllText(_scratch.File("containers.conf"), $"""
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            cgroup_parent = "/{_namespace}"
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            conmon_path = ["{Root}/usr/bin/conmon"]
            helper_binaries_dir = ["{Root}/usr/lib/podman", "{Root}/usr/libexec/podman"]
            tmp_dir = "{_scratch.File("tmp")}"
            static_dir = "{_scratch.File("static")}"
            volume_path = "{_scratch.File("volumes")}"
            [network]
            network_backend = "netavark"
            network_config_dir = "{_scratch.File("networks")}"
            """);
        File.WriteAllText(_scratch.File("storage.conf"), $"""
            [storage]
            driver = "overlay"
            graphroot = "{_scratch.File("graph")}"
            runroot = "{_scratch.File("run")}"
            """);
        Directory.CreateDirectory(_scratch.File(".config/containers"));
        File.Copy(Path.Combine(Root, "etc/containers/policy.json"), _scratch.File(".config/containers/policy.json"));
        TestImage.Busybox().WriteDockerArchive(_scratch.File("busybox.tar"), PodsDaemon.Image);
        (await RunAsync("load", "-i", _scratch.File("busybox.tar"))).Succeeded();
        (await RunAsync("network", "create", "--disable-dns", "--subnet", "10.85.7.0/24", Network)).Succeeded();
    }

    private Task<CommandResult> RunAsync(params string[] arguments) =>
        Command.RunAsync("nsenter", ["--net=/run/netns/" + _namespace, Path.Combine(Root, "usr/bin/podman"), .. arguments],
            environment: new Dictionary<string, string>
            {
                ["HOME"] = _scratch.Path,
                ["CONTAINERS_CONF"] = _scratch.File("containers.conf"),
                ["CONTAINERS_STORAGE_CONF"] = _scratch.File("storage.conf"),
                ["LD_LIBRARY_PATH"] = Directory.GetDirectories(Path.Combine(Root, "usr/lib"), "*-linux-gnu").Single(),
                ["PATH"] = Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin",
            });
}
