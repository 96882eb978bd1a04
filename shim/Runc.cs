using System.Collections;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>The command lines of runc and crun for one container. Each call is one process and waits for its end.</summary>
internal sealed class Runc(Children children, Bundle bundle, ShimOptions options, string namespaceName)
{
    private const string DefaultRoot = "/run/containerd/runc";

    private static readonly TimeSpan _reapLimit = TimeSpan.FromSeconds(1);
    private static readonly IReadOnlyDictionary<int, FileDescriptor> _noStreams = new Dictionary<int, FileDescriptor>();

    private readonly string _root = Path.Combine(options.Root.Length > 0 ? options.Root : DefaultRoot, namespaceName);

    /// <summary>Whether the runtime keeps anything of a container, live or half made.</summary>
    public bool HasState(string id) => Directory.Exists(Path.Combine(_root, id));

    public Task CreateAsync(string id, IReadOnlyDictionary<int, FileDescriptor> streams, string? consoleSocket) =>
        RunAsync("create", bundle.RuncLog, streams,
        [
            "--bundle", bundle.Directory, "--pid-file", bundle.InitPidFile,
            .. Flag("--no-pivot", options.NoPivotRoot), .. Flag("--no-new-keyring", options.NoNewKeyring),
            .. Value("--console-socket", consoleSocket), id,
        ]);

    public Task StartAsync(string id) => RunAsync("start", bundle.RuncLog, _noStreams, [id]);

    public async Task ExecAsync(string id, string execId, IReadOnlyDictionary<int, FileDescriptor> streams, string? consoleSocket)
    {
        // A log of its own: execs run side by side, and each failure has to tell its own reason.
        string log = bundle.ExecLog(execId);
        try
        {
            await RunAsync("exec", log, streams,
            [
                "--process", bundle.ExecSpec(execId), "--detach", "--pid-file", bundle.ExecPidFile(execId),
                .. Value("--console-socket", consoleSocket), id,
            ]);
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>Leaves the process to us, as create does; the container runs when this is done.</summary>
    public Task RestoreAsync(string id, Restore restore, IReadOnlyDictionary<int, FileDescriptor> streams, string? consoleSocket) =>
        RunAsync("restore", bundle.RuncLog, streams,
        [
            "--image-path", restore.ImagePath, "--work-path", restore.WorkPath,
            .. Value("--parent-path", restore.ParentPath.Length > 0 ? restore.ParentPath : null),
            "--detach", "--no-subreaper", "--pid-file", bundle.InitPidFile, "--bundle", bundle.Directory,
            .. Flag("--no-pivot", options.NoPivotRoot), .. Value("--console-socket", consoleSocket), id,
        ]);

    /// <param name="workPath">Where CRIU leaves its log, which tells why it failed.</param>
    public Task CheckpointAsync(string id, Checkpoint checkpoint, string workPath) =>
        RunAsync("checkpoint", bundle.RuncLog, _noStreams, [.. checkpoint.Arguments(workPath), id]);

    public Task PauseAsync(string id) => RunAsync("pause", bundle.RuncLog, _noStreams, [id]);

    public Task ResumeAsync(string id) => RunAsync("resume", bundle.RuncLog, _noStreams, [id]);

    public Task UpdateAsync(string id, string resourcesFile) =>
        RunAsync("update", bundle.RuncLog, _noStreams, ["--resources", resourcesFile, id]);

    public Task KillAllAsync(string id) => RunAsync("kill", bundle.RuncLog, _noStreams, ["--all", id, "KILL"]);

    public Task DeleteAsync(string id, bool force) => RunAsync("delete", bundle.RuncLog, _noStreams, [.. Flag("--force", force), id]);

    /// <summary>The exit of the process that the runtime left to us; refuses a number that is no child of ours.</summary>
    public static async Task<Task<Exit>> ClaimAsync(OrphanWatch orphans, int pid)
    {
        Task<Exit> exited = orphans.Claim(pid);
        if (RunningProcesses.ParentOf(pid) == Environment.ProcessId)
            return exited;
        // Not there: it has ended, and its exit is here or on its way from the reaper; or it never was ours.
        if (!await exited.EndsWithinAsync(_reapLimit))
            throw new RuncException("create", 0, $"process {pid} is no child of this shim");
        return exited;
    }

    private async Task RunAsync(
        string verb, string log, IReadOnlyDictionary<int, FileDescriptor> streams, IReadOnlyList<string> arguments)
    {
        long logged = RuncLog.End(log);
        Exit exit;
        try
        {
            exit = await children.Spawn(new()
            {
                File = options.Runtime,
                Arguments =
                [
                    options.Runtime, "--root", _root, "--log", log, "--log-format", "json",
                    .. Flag("--systemd-cgroup", options.SystemdCgroup), .. CriuPath(verb), verb, .. arguments,
                ],
                Environment = ChildEnvironment(),
                WorkingDirectory = bundle.Directory,
                Descriptors = streams,
            }).Exited;
        }
        catch (LinuxException e)
        {
            throw new RuncException(verb, 0, e.Message);
        }
        if (exit.Status != 0)
            throw new RuncException(verb, exit.Status, RuncLog.LastError(log, logged));
    }

    // A flag of older runcs that newer ones and crun do not know: only where somebody set it and it means anything.
    private string[] CriuPath(string verb) =>
        verb is "checkpoint" or "restore" && options.CriuPath.Length > 0 ? ["--criu", options.CriuPath] : [];

    private static string[] Flag(string name, bool isSet) => isSet ? [name] : [];

    private static string[] Value(string name, string? value) => value is null ? [] : [name, value];

    /// <summary>Ours, without the socket on which runc would tell systemd that the daemon is ready.</summary>
    private static Dictionary<string, string> ChildEnvironment()
    {
        Dictionary<string, string> environment = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string)variable.Value!;
        environment.Remove("NOTIFY_SOCKET");
        LibraryTuning.RemoveFrom(environment);
        return environment;
    }
}
