using System.Net.Sockets;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// `start`: containerd runs it once for each new container, in the bundle. It answers with the address of the shim that
/// serves the container's group, and brings that shim up if there is none.
/// </summary>
internal static class Bootstrap
{
    // The daemon sends options of some hundred bytes; its own shim reads no more than this either.
    private const int MaxInput = 10 << 20;
    private const int ListenerNumber = 3;
    private static readonly TimeSpan _lockLimit = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(ShimFlags flags)
    {
        ShimOptions options = ShimOptions.Decode(Any.Parser.ParseFrom(await ReadInputAsync()));
        Bundle bundle = new(Directory.GetCurrentDirectory());
        // A sandbox that the daemon itself makes has no config.json.
        BundleSpec spec = File.Exists(bundle.Config)
            ? BundleSpec.Parse(await File.ReadAllBytesAsync(bundle.Config))
            : BundleSpec.Unknown;
        string path = GroupAddress.SocketPath(flags.Address, flags.Namespace, spec.GroupOr(flags.Id));

        using (Socket? listener = await ListenAsync(path))
        {
            if (listener is not null)
                Serve(flags, options, listener, path);
        }
        string address = "unix://" + path;
        Bundle.Replace(bundle.AddressFile, Encoding.UTF8.GetBytes(address), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using Stream answer = Console.OpenStandardOutput();
        await answer.WriteAsync(Encoding.UTF8.GetBytes(address));
    }

    /// <summary>Null when a shim of the group listens already.</summary>
    private static async Task<Socket?> ListenAsync(string path)
    {
        Directory.CreateDirectory(GroupAddress.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // One start at a time binds: between bind and listen a live socket looks dead, and would be unlinked by another start.
        using FileDescriptor gate = await LockAsync();
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

    private static async Task<FileDescriptor> LockAsync()
    {
        FileDescriptor directory = FileDescriptor.Open(GroupAddress.Directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        for (long started = Environment.TickCount64; !Files.TryLock(directory);)
        {
            if (Environment.TickCount64 - started > _lockLimit.TotalMilliseconds)
                throw new TimeoutException($"lock {GroupAddress.Directory}: held by another start for {_lockLimit.TotalSeconds} s");
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
            Children children = Children.BecomeSubreaper();
            shim = children.Spawn(new()
            {
                File = program,
                Arguments =
                [
                    program, "-namespace", flags.Namespace, "-id", flags.Id, "-address", flags.Address,
                    .. flags.Debug ? (string[])["-debug"] : [],
                ],
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

    private static async Task<byte[]> ReadInputAsync()
    {
        using MemoryStream input = new();
        await using Stream standardInput = Console.OpenStandardInput();
        byte[] buffer = new byte[4096];
        while (await standardInput.ReadAsync(buffer) is > 0 and int count)
        {
            if (input.Length + count > MaxInput)
                throw new ArgumentException($"more than {MaxInput} bytes on standard input");
            input.Write(buffer, 0, count);
        }
        return input.ToArray();
    }
}
