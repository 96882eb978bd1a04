using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// A program that takes a container's output (binary://path?key=value): it reads 3 and 4, and says on 5 that it is ready.
/// </summary>
internal sealed class BinaryLogger : IAsyncDisposable
{
    private const string Scheme = "binary://";
    private const int OutputNumber = 3, ErrorsNumber = 4, ReadyNumber = 5;

    // containerd's own limits.
    private static readonly TimeSpan _readyLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(12);

    private readonly Child _program;
    private readonly PidFd? _handle;

    private BinaryLogger(Child program, FileDescriptor output, FileDescriptor errors)
    {
        (_program, Output, Errors) = (program, output, errors);
        _handle = PidFd.TryOpen(program.Pid);
    }

    /// <summary>Where the container writes.</summary>
    public FileDescriptor Output { get; }

    public FileDescriptor Errors { get; }

    public Task Ended => _program.Exited;

    public static bool IsMeantBy(string address) => address.StartsWith(Scheme, StringComparison.Ordinal);

    public static async Task<BinaryLogger> StartAsync(string address, StdioOwner owner, StdioHost host)
    {
        using Pipe output = Pipe.Create(), errors = Pipe.Create(), ready = Pipe.Create();
        BinaryLogger logger;
        FileDescriptor outputEnd = output.Write.Duplicate(), errorsEnd = errors.Write.Duplicate();
        try
        {
            Child program = host.Children.Spawn(Request(address, owner) with
            {
                Descriptors = new Dictionary<int, FileDescriptor>
                {
                    [OutputNumber] = output.Read,
                    [ErrorsNumber] = errors.Read,
                    [ReadyNumber] = ready.Write,
                },
            });
            logger = new(program, outputEnd, errorsEnd);
        }
        catch
        {
            outputEnd.Dispose();
            errorsEnd.Dispose();
            throw;
        }
        try
        {
            // A byte, or the end: the program has closed it, or has failed; then the container's writes tell it so.
            ready.Write.Dispose();
            ready.Read.SetNonBlocking(true);
            using Readiness readiness = host.Events.Watch(ready.Read);
            await readiness.ReadableAsync().WaitAsync(_readyLimit);
            return logger;
        }
        catch
        {
            await logger.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Output.Dispose();
        Errors.Dispose();
        _handle?.TrySignal(Signals.SIGTERM);
        if (!await Ended.EndsWithinAsync(_stopLimit)) _handle?.TrySignal(Signals.SIGKILL);
        await Ended;
        _handle?.Dispose();
    }

    // The program's arguments are the address's keys and values; of the environment it gets two names and nothing of ours.
    private static SpawnRequest Request(string address, StdioOwner owner)
    {
        string[] parts = address[Scheme.Length..].Split('?', 2);
        string path = Uri.UnescapeDataString(parts[0]);
        List<string> arguments = [path];
        foreach (string setting in parts.Length < 2 ? [] : parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries))
            arguments.AddRange(setting.Split('=', 2).Where(text => text.Length > 0).Select(text => Uri.UnescapeDataString(text.Replace('+', ' '))));
        return new()
        {
            File = path,
            Arguments = arguments,
            Environment = new Dictionary<string, string>
            {
                ["CONTAINER_ID"] = owner.ContainerId,
                ["CONTAINER_NAMESPACE"] = owner.Namespace,
            },
        };
    }
}
