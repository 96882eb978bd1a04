using System.Collections;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// `start`: containerd runs it once for each new container, in the bundle. It answers with the address of the shim that
/// serves the container's group, and brings that shim up if there is none.
/// </summary>
internal static class Bootstrap
{
    private const int ListenerNumber = 3;
    private static readonly TimeSpan _lockLimit = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(ShimFlags flags)
    {
        StartInput request = RequestIn(await StandardStreams.ReadInputAsync(), flags);
        Bundle bundle = new(Directory.GetCurrentDirectory());
        BundleSpec spec = await SpecOfAsync(bundle);
        string path = GroupAddress.SocketPath(flags.Address, flags.Namespace, spec.GroupOr(flags.Id), request.SocketDirectory);

        int version = request.WantsResult ? 3 : 2;
        using (Socket? listener = await ListenAsync(path, request.SocketDirectory))
        {
            if (listener is not null)
                Serve(flags with { Debug = request.Debug }, request.Options, listener, path);
            else
                version = await StartAnswer.VersionOfAsync(path, flags.Id, version);
        }
        bundle.PointToSockets(request.SocketDirectory);
        string address = "unix://" + path;
        Bundle.Replace(bundle.AddressFile, Encoding.UTF8.GetBytes(address), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await StandardStreams.WriteAsync(StartAnswer.Encode(address, version, request.WantsResult));
    }

    private static StartInput RequestIn(byte[] input, ShimFlags flags)
    {
        try
        {
            return StartInput.Parse(input, flags);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"start {flags.Id}: standard input is neither containerd's parameters nor options", e);
        }
    }

    private static async Task<BundleSpec> SpecOfAsync(Bundle bundle)
    {
        // A sandbox that the daemon itself makes has none.
        if (!File.Exists(bundle.Config))
            return BundleSpec.Unknown;
        try
        {
            return BundleSpec.Parse(await File.ReadAllBytesAsync(bundle.Config));
        }
        catch (JsonException e)
        {
            throw new FormatException($"{bundle.Config}: not an OCI spec", e);
        }
    }

    /// <summary>Null when a shim of the group listens already.</summary>
    private static async Task<Socket?> ListenAsync(string path, string directory)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // One start at a time binds: between bind and listen a live socket looks dead, and would be unlinked by another start.
        using FileDescriptor gate = await LockAsync(directory);
        try
        {
            return UnixSocket.Listen(path);
        }
        catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
        {
            if (UnixSocket.IsAlive(path))
                return null;
            File.Delete(path);
            return UnixSocket.Listen(path);
        }
    }

    private static async Task<FileDescriptor> LockAsync(string path)
    {
        FileDescriptor directory = FileDescriptor.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        for (long started = Environment.TickCount64; !Files.TryLock(directory);)
        {
            if (Environment.TickCount64 - started > _lockLimit.TotalMilliseconds)
                throw new TimeoutException($"lock {path}: held by another start for {_lockLimit.TotalSeconds} s");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
        return directory;
    }

    private static void Serve(ShimFlags flags, ShimOptions options, Socket listener, string path)
    {
        string program = Environment.ProcessPath!;
        using FileDescriptor inherited = UnixSocket.Descriptor(listener);
        // The daemon reads this fifo: what the runtime prints when it crashes is seen there.
        string log = new Bundle(Directory.GetCurrentDirectory()).ShimLog;
        using FileDescriptor errors = File.Exists(log) ? Fifo.OpenBoth(log) : FileDescriptor.OpenNull();
        Child? shim = null;
        try
        {
            if (Environment.GetEnvironmentVariable("SCHED_CORE") is { Length: > 0 })
                Prctl.CreateCoreSchedulingCookie();   // of our process group: the shim inherits it, and its containers from it
            Children children = Children.BecomeSubreaper();
            shim = children.Spawn(new()
            {
                File = program,
                Arguments =
                [
                    program, "-namespace", flags.Namespace, "-id", flags.Id, "-address", flags.Address,
                    .. flags.Debug ? (string[])["-debug"] : [],
                ],
                Environment = ServerEnvironment(),
                WorkingDirectory = Directory.GetCurrentDirectory(),
                Group = ProcessGroup.Own,
                Descriptors = new Dictionary<int, FileDescriptor> { [2] = errors, [ListenerNumber] = inherited },
            });
            if (options.ShimCgroup.Length > 0)
                Cgroup.At(options.ShimCgroup).Add(shim.Pid);
            OomScore.RaiseForShim(shim.Pid);
        }
        catch
        {
            if (shim is not null)
                Signals.TrySend(shim.Pid, Signals.SIGKILL);
            File.Delete(path);
            throw;
        }
    }

    private static Dictionary<string, string> ServerEnvironment()
    {
        Dictionary<string, string> environment = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string)variable.Value!;
        LibraryTuning.AddTo(environment);
        return environment;
    }
}
