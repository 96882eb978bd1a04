using Pods.Linux;

namespace Pods.Shim;

/// <summary>What a client named for one output of a process, open: a fifo, a file, or a log that the shim writes.</summary>
internal sealed class OutputTarget : IDisposable
{
    private const int EverybodyReads = 0b110_100_100;
    private const OpenFlags Append = OpenFlags.WriteOnly | OpenFlags.Append;

    private readonly FileDescriptor? _file;
    private ContainerLog? _log;

    public OutputTarget(FileDescriptor file) => _file = file;

    private OutputTarget(ContainerLog log) => _log = log;

    /// <param name="sibling">The other output's target: a log of the same address is one log.</param>
    public static OutputTarget Open(string address, string siblingAddress, OutputTarget? sibling, Action<string> warn)
    {
        const string file = "file://";
        if (address.StartsWith(LogDestination.Scheme, StringComparison.Ordinal))
            return new(address == siblingAddress && sibling?._log is { } log ? log.Share() : ContainerLog.Open(LogDestination.Parse(address), warn));
        if (address.StartsWith(file, StringComparison.Ordinal))
        {
            string path = Uri.UnescapeDataString(address[file.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new(FileDescriptor.Open(path, Append | OpenFlags.Create, EverybodyReads));
        }
        if (address.Contains("://", StringComparison.Ordinal))
            throw new ArgumentException($"output \"{address}\": this scheme is not supported");
        // Open for both, the fifo always has a reader: while the client is away the process waits when 64 KiB are full, and
        // gets no SIGPIPE.
        return new(Files.Status(address)?.Kind == FileKind.Fifo ? Fifo.OpenBoth(address) : FileDescriptor.Open(address, Append));
    }

    /// <summary>Moves the source, which must not block, to its end.</summary>
    /// <param name="ended">The end of the process whose output it is.</param>
    public Task CopyAsync(EventLoop events, FileDescriptor source, string stream, Task ended, CancellationToken cut) => _log is null
        ? StreamCopy.RunAsync(events, source, _file!, cut)
        : LogCopy.RunAsync(events, source, stream, _log, ended, LogCopy.Gathering, cut);

    public void Dispose()
    {
        _file?.Dispose();
        // Once: a log counts its users.
        Interlocked.Exchange(ref _log, null)?.Dispose();
    }
}
