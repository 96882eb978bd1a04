namespace Pods.TestKit;

/// <summary>How a private containerd differs from the default one.</summary>
public sealed record ContainerdOptions
{
    /// <summary>Where containerd and ctr lie; null for the machine's own (1.6 on Debian 12).</summary>
    public string? BinDirectory { get; init; }
    /// <summary>Whether the CRI plugin runs.</summary>
    public bool Cri { get; init; }
    /// <summary>Appended to config.toml.</summary>
    public string ExtraConfig { get; init; } = "";
    /// <summary>Directories that come first on PATH, before that of our own programs: a fake runc, say.</summary>
    public IReadOnlyList<string> PathFirst { get; init; } = [];
    /// <summary>Where images and snapshots lie; null for a scratch directory.</summary>
    public string? Root { get; init; }
}

/// <summary>A real containerd with a root, state and socket of its own; our shim is the first on its PATH.</summary>
public sealed class ContainerdDaemon : IAsyncDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly ContainerdOptions _options;
    private DaemonProcess? _process;

    private ContainerdDaemon(ContainerdOptions options) => _options = options;

    public string Address => _scratch.File("c.sock");
    /// <summary>Where shims send their events: a name that cannot be guessed from <see cref="Address"/>.</summary>
    public string EventsAddress => _scratch.File("events.sock");
    public string Root => _options.Root ?? _scratch.File("root");
    public string State => _scratch.File("state");
    public string LogPath => _scratch.File("containerd.log");
    public string Directory => _scratch.Path;
    public int Pid => _process?.Pid ?? 0;

    public static async Task<ContainerdDaemon> StartAsync(ContainerdOptions? options = null)
    {
        Requires.Root();
        if (options?.BinDirectory is null)
            Requires.Programs("containerd", "ctr");
        Requires.Programs("runc");
        ContainerdDaemon daemon = new(options ?? new());
        try
        {
            daemon.WriteConfiguration();
            await daemon.StartAgainAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the daemon on the state that it left, and proves it with the reference client.</summary>
    public async Task StartAgainAsync()
    {
        _process = DaemonProcess.Start(Program("containerd"), ["--config", _scratch.File("config.toml")], LogPath, Environment());
        await Eventually.True(
            async () => _process.HasExited || (await CtrAsync("version")).ExitCode == 0, "ctr reaches containerd", TimeSpan.FromSeconds(30));
        if (_process.HasExited)
            throw new InvalidOperationException($"containerd ended: {_process.Log}");
    }

    public Task KillAsync() => _process!.KillAsync();

    public Task StopAsync() => _process!.StopAsync();

    /// <summary>ctr in namespace k8s.io.</summary>
    public Task<CommandResult> CtrAsync(params string[] arguments) =>
        Command.RunAsync(Program("ctr"), ["--address", Address, "-n", "k8s.io", .. arguments], environment: Environment());

    public async Task ImportAsync(string archive) => (await CtrAsync("images", "import", archive)).Succeeded();

    /// <summary>The serving shims of this daemon, ours and stock ones, by the address on their command line.</summary>
    public IReadOnlyList<int> Shims() =>
        [.. ProcessTable.All().Where(p => p.CommandLine.Contains(Address) && p.Name.StartsWith("containerd-shim")).Select(p => p.Pid)];

    /// <summary>Ends what runs on this daemon, then the daemon, and removes every trace.</summary>
    public async ValueTask DisposeAsync()
    {
        int[] shims = [.. Shims()];
        string[] sockets = [.. ShimSockets()];
        foreach (ProcessEntry child in shims.SelectMany(Descendants).ToArray())
            Native.Kill(child.Pid);
        foreach (int shim in shims)
            Native.Kill(shim, "TERM");
        if (_process is not null)
            await _process.StopAsync();
        foreach (int shim in shims)
            Native.Kill(shim);
        await Eventually.True(() => Shims().Count == 0, "the shims of the test's containerd are gone");
        foreach (string socket in sockets)
            File.Delete(socket);
        _scratch.Dispose();
    }

    /// <summary>A shim that is killed leaves its socket, outside of every scratch directory; with its daemon gone, nobody removes it.</summary>
    private IEnumerable<string> ShimSockets()
    {
        string bundles = Path.Combine(State, "io.containerd.runtime.v2.task");
        if (!System.IO.Directory.Exists(bundles))
            return [];
        return System.IO.Directory.GetDirectories(bundles).SelectMany(System.IO.Directory.GetDirectories)
            .Select(bundle => Path.Combine(bundle, "address")).Where(File.Exists)
            .Select(file => File.ReadAllText(file).Trim()).Where(address => address.StartsWith("unix://", StringComparison.Ordinal))
            .Select(address => address["unix://".Length..]);
    }

    private static IEnumerable<ProcessEntry> Descendants(int pid) =>
        ProcessTable.ChildrenOf(pid).SelectMany(c => Descendants(c.Pid).Append(c));

    /// <summary>The path of a program that came with this release, or that is ours.</summary>
    public string Program(string name) =>
        File.Exists(Repository.Binary(name)) ? Repository.Binary(name)
        : _options.BinDirectory is { } directory ? Path.Combine(directory, name)
        : Requires.FindProgram(name) ?? name;

    private Dictionary<string, string> Environment()
    {
        string machine = System.Environment.GetEnvironmentVariable("PATH") ?? "";
        string[] first = [.. _options.PathFirst, Repository.Bin];
        return new() { ["PATH"] = string.Join(':', first) + (_options.BinDirectory is { } d ? ":" + d : "") + ":" + machine + ":/usr/sbin" };
    }

    private void WriteConfiguration() => File.WriteAllText(_scratch.File("config.toml"), $"""
        version = 2
        root = "{Root}"
        state = "{State}"
        disabled_plugins = [{(_options.Cri ? "" : "\"io.containerd.grpc.v1.cri\", ")}"io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.tracing"]
        [grpc]
          address = "{Address}"
        [ttrpc]
          address = "{EventsAddress}"
        {_options.ExtraConfig}

        """);
}
