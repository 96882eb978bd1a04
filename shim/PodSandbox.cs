using System.Text;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// A pod whose sandbox is this shim and no container: one small process holds the namespaces that the containers join, and the
/// bundle has the files that they share. Made by CreateSandbox, gone with ShutdownSandbox.
/// </summary>
internal sealed class PodSandbox(string id, Bundle bundle, SandboxSettings settings, Children children)
{
    // As CRI gives its pause container: the kernel is to end anything else first.
    private const int OomScoreOfSandbox = -998;
    private const string SharedMemoryOptions = "mode=1777,size=67108864";
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly TaskCompletionSource<ProcessExit> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private PidFd? _handle;   // under _turn
    private Task _observing = Task.CompletedTask;   // under _turn
    private int _pid;

    public string Id => id;
    public SandboxSettings Settings => settings;
    public DateTimeOffset? CreatedAt { get; private set; }

    /// <summary>Of the holder; 0 when there is none, or none any more.</summary>
    public int Pid => CreatedAt is null || _ended.Task.IsCompleted ? 0 : _pid;

    public Task<ProcessExit> Ended => _ended.Task;

    /// <summary>What containerd's CRI bind-mounts into each container of its own sandboxes.</summary>
    public IReadOnlyList<(string Destination, string Source)> Files =>
    [
        ("/etc/hostname", bundle.SandboxFile("hostname")), ("/etc/hosts", bundle.SandboxFile("hosts")),
        ("/etc/resolv.conf", bundle.SandboxFile("resolv.conf")),
        .. settings.HasOwnIpc ? [("/dev/shm", bundle.SharedMemory)] : Array.Empty<(string, string)>(),
    ];

    /// <summary>The word in the holder's command line by which `delete` finds it when nobody else is left to know it.</summary>
    public static string MarkOf(Bundle bundle) => $"sandbox={bundle.Directory}";

    public void Prepare()
    {
        string hostname = settings.Hostname.Length > 0 ? settings.Hostname : File.ReadAllText("/proc/sys/kernel/hostname").Trim();
        Write("hostname", hostname + "\n");
        Write("hosts", File.ReadAllText("/etc/hosts"));
        Write("resolv.conf", settings.ResolvConf ?? File.ReadAllText("/etc/resolv.conf"));
        if (!settings.HasOwnIpc)
            return;
        Directory.CreateDirectory(bundle.SharedMemory);
        Mounts.Attach(new Mount("tmpfs", "shm", "", ["nosuid", "noexec", "nodev", SharedMemoryOptions]), bundle.SharedMemory);
    }

    public async Task<int> StartAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (CreatedAt is not null || _ended.Task.IsCompleted)
                throw new WrongStateException($"cannot start sandbox \"{id}\": it {(_ended.Task.IsCompleted ? "has ended" : "runs already")}");
            Child holder = Holder().Start(children);
            _pid = holder.Pid;
            _handle = PidFd.TryOpen(_pid);
            OomScore.TryWrite(_pid, OomScoreOfSandbox);
            File.WriteAllText(bundle.InitPidFile, _pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
            CreatedAt = DateTimeOffset.UtcNow;
            _observing = ObserveAsync(holder);
            return _pid;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the holder, and with it every process of a pid namespace that it shares. More than once is fine.</summary>
    public async Task StopAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _handle?.TrySignal(Signals.SIGKILL);
            // One that never ran is not to run any more, and nobody is to wait for it.
            if (CreatedAt is null)
                _ended.TrySetResult(new("", 0, 0, DateTimeOffset.UtcNow));
            await _observing;
            _handle?.Dispose();
            _handle = null;
            Mounts.DetachAll(bundle.SharedMemory);
        }
        finally
        {
            _turn.Release();
        }
    }

    public string Describe() => $"sandbox {id}: holder {Pid}{(_ended.Task.IsCompleted ? ", has ended" : "")}";

    private NamespaceHolder Holder() => new()
    {
        File = PauseProgram.Find(),
        Arguments = ["pause", "-d", MarkOf(bundle)],
        Root = bundle.Rootfs,
        Network = settings.Network,
        // A pod on the machine's network has the machine's name, too.
        Hostname = settings.Network is null ? null : settings.Hostname,
        HasOwnIpc = settings.HasOwnIpc,
        HasOwnPids = settings.HasOwnPids,
        Sysctls = settings.Sysctls,
    };

    private async Task ObserveAsync(Child holder)
    {
        Exit exit = await holder.Exited;
        _ended.TrySetResult(new("", holder.Pid, (uint)exit.Status, exit.At));
    }

    private void Write(string name, string text) => Bundle.Replace(bundle.SandboxFile(name), Encoding.UTF8.GetBytes(text), Readable);
}
