using Pods.Linux;

namespace Pods.Shim;

/// <summary>
/// The streams of one process: what the OCI runtime hands to it, and the copying between that and what the client named.
/// Opened before the runtime runs, disposed of by Delete.
/// </summary>
internal sealed class Stdio : IAsyncDisposable
{
    private const int Input = 0, Output = 1, Errors = 2;
    // The runtime has ended by then, so the terminal has been sent or never will be.
    private static readonly TimeSpan _terminalLimit = TimeSpan.FromSeconds(5);

    private readonly EventLoop _loop;
    private readonly StdioPaths _paths;
    private readonly StdioOwner _owner;
    private readonly CancellationTokenSource _cut = new();
    private readonly Dictionary<int, FileDescriptor> _childEnds = [];
    private readonly List<Task> _outputs = [];
    private readonly Lock _gate = new();
    private Task _input = Task.CompletedTask;
    private FileDescriptor? _inputHolder;   // guarded by _gate
    private FileDescriptor? _terminal;   // guarded by _gate
    private bool _isDisposed;   // guarded by _gate

    private Stdio(EventLoop loop, StdioPaths paths, StdioOwner owner) => (_loop, _paths, _owner) = (loop, paths, owner);

    /// <summary>The child's descriptors 0, 1 and 2; what is not there is /dev/null.</summary>
    public IReadOnlyDictionary<int, FileDescriptor> ChildDescriptors => _childEnds;

    /// <summary>Ends when every output has met its end and was written.</summary>
    public Task Drained => Task.WhenAll(_outputs);

    public static async Task<Stdio> OpenAsync(EventLoop loop, StdioPaths paths, StdioOwner owner)
    {
        Stdio streams = new(loop, paths, owner);
        try
        {
            if (!paths.Terminal)
                streams.OpenPipes();
            return streams;
        }
        catch
        {
            await streams.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the OCI runtime, once, to its end; it gets a console socket when the process gets a terminal.</summary>
    public async Task RunAsync(Func<string?, Task> runtime)
    {
        try
        {
            if (_paths.Terminal)
                await RunWithTerminalAsync(runtime);
            else
                await runtime(null);
        }
        finally
        {
            // The process has its copies; with ours open, its end would never be the end of its output.
            CloseChildEnds();
        }
    }

    /// <summary>Without a terminal there is nothing to resize, and nobody minds.</summary>
    public void Resize(ushort columns, ushort rows)
    {
        lock (_gate)
        {
            if (_terminal is not null)
                Terminal.Resize(_terminal, columns, rows);
        }
    }

    /// <summary>Lets the process see the end of its input as soon as the client, too, has closed it.</summary>
    public void CloseInput()
    {
        lock (_gate)
            _inputHolder?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }
        await _cut.CancelAsync();
        CloseInput();
        CloseChildEnds();
        await Task.WhenAll([_input, .. _outputs]);
        lock (_gate)
            _terminal?.Dispose();
    }

    private void OpenPipes()
    {
        if (_paths.Stdin.Length > 0)
        {
            Pipe pipe = OwnedPipe();
            _childEnds[Input] = pipe.Read;
            _input = CopyInputAsync(pipe.Write);
        }
        foreach ((int number, string target) in new[] { (Output, _paths.Stdout), (Errors, _paths.Stderr) })
        {
            if (target.Length == 0)
                continue;
            Pipe pipe = OwnedPipe();
            _childEnds[number] = pipe.Write;
            _outputs.Add(CopyOutput(pipe.Read, target));
        }
    }

    private Pipe OwnedPipe()
    {
        Pipe pipe = Pipe.Create();
        if (_owner.Uid != 0 || _owner.Gid != 0)
        {
            pipe.Read.Chown(_owner.Uid, _owner.Gid);
            pipe.Write.Chown(_owner.Uid, _owner.Gid);
        }
        return pipe;
    }

    private async Task RunWithTerminalAsync(Func<string?, Task> runtime)
    {
        using ConsoleSocket console = ConsoleSocket.Create();
        using CancellationTokenSource over = new();
        Task<FileDescriptor> receiving = console.ReceiveMasterAsync(over.Token);
        FileDescriptor terminal;
        try
        {
            await runtime(console.Path);
            over.CancelAfter(_terminalLimit);
            terminal = await receiving;
        }
        catch
        {
            await over.CancelAsync();
            if (await Task.WhenAny(receiving) is { IsCompletedSuccessfully: true })
                (await receiving).Dispose();
            throw;
        }
        lock (_gate)
            _terminal = terminal;
        // Each direction waits on a descriptor of its own: epoll has one entry for each.
        if (_paths.Stdout.Length > 0)
            _outputs.Add(CopyOutput(terminal.Duplicate(), _paths.Stdout));
        if (_paths.Stdin.Length > 0)
            _input = CopyInputAsync(terminal.Duplicate());
    }

    /// <summary>From the client's fifo to the process; takes over <paramref name="target"/>.</summary>
    private async Task CopyInputAsync(FileDescriptor target)
    {
        using (target)
        {
            target.SetNonBlocking(true);
            using FileDescriptor source = Fifo.OpenReader(_paths.Stdin);
            // As long as the fifo has a writer here, a client that goes away is not the end of the input.
            lock (_gate)
                _inputHolder = Fifo.OpenWriter(_paths.Stdin);
            await UntilCut(StreamCopy.RunAsync(_loop, source, target, _cut.Token));
            CloseInput();
        }
    }

    /// <summary>From the process to what the client named, which throws at once if it cannot be opened.</summary>
    private Task CopyOutput(FileDescriptor source, string target)
    {
        try
        {
            source.SetNonBlocking(true);
            return CopyToFileAsync(source, OpenTarget(target));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private async Task CopyToFileAsync(FileDescriptor source, FileDescriptor target)
    {
        using (source)
        using (target)
            await UntilCut(StreamCopy.RunAsync(_loop, source, target, _cut.Token));
    }

    private static FileDescriptor OpenTarget(string target)
    {
        const string file = "file://";
        const OpenFlags append = OpenFlags.WriteOnly | OpenFlags.Append;
        const int everybodyReads = 0b110_100_100;
        if (target.StartsWith(file, StringComparison.Ordinal))
        {
            string path = Uri.UnescapeDataString(target[file.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return FileDescriptor.Open(path, append | OpenFlags.Create, everybodyReads);
        }
        if (target.Contains("://", StringComparison.Ordinal))
            throw new ArgumentException($"output \"{target}\": this scheme is not supported");
        // Open for both, the fifo always has a reader: while the client is away the process waits when 64 KiB are full, and
        // gets no SIGPIPE.
        return Files.Status(target)?.Kind == FileKind.Fifo ? Fifo.OpenBoth(target) : FileDescriptor.Open(target, append);
    }

    private static async Task UntilCut(Task copying)
    {
        try
        {
            await copying;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // DisposeAsync: what is left is not wanted.
        }
    }

    private void CloseChildEnds()
    {
        foreach (FileDescriptor end in _childEnds.Values)
            end.Dispose();
        _childEnds.Clear();
    }
}
