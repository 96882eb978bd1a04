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

    private readonly StdioHost _host;
    private readonly StdioPaths _paths;
    private readonly StdioOwner _owner;
    private readonly CancellationTokenSource _cut = new();
    private readonly Dictionary<int, FileDescriptor> _childEnds = [];
    private readonly List<Task> _outputs = [];
    private readonly TaskCompletionSource _runtimeEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _processEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task _input = Task.CompletedTask;
    private FileDescriptor? _inputSource;
    private OutputTarget? _terminalTarget;
    private FileDescriptor? _inputHolder;   // guarded by _gate
    private FileDescriptor? _terminal;   // guarded by _gate
    private bool _isDisposed;   // guarded by _gate

    private BinaryLogger? _logger;

    private Stdio(StdioHost host, StdioPaths paths, StdioOwner owner) => (_host, _paths, _owner) = (host, paths, owner);

    /// <summary>The child's descriptors 0, 1 and 2; what is not there is /dev/null.</summary>
    public IReadOnlyDictionary<int, FileDescriptor> ChildDescriptors => _childEnds;

    /// <summary>Ends when every output has met its end and was written; it does not fail.</summary>
    public Task Drained => Task.WhenAll(_outputs);

    public static async Task<Stdio> OpenAsync(StdioHost host, StdioPaths paths, StdioOwner owner)
    {
        Stdio streams = new(host, paths, owner);
        try
        {
            if (BinaryLogger.IsMeantBy(paths.Stdout))
                streams._logger = await BinaryLogger.StartAsync(paths.Stdout, owner, host);
            if (paths.Stdin.Length > 0)
                streams.OpenInput();
            if (paths.Terminal)
                streams.OpenTerminalTarget();
            else
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
            _runtimeEnded.TrySetResult();
        }
    }

    /// <summary>Nothing of its output is held back any more in order to write it together with what follows.</summary>
    public void ProcessEnded() => _processEnded.TrySetResult();

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
        _runtimeEnded.TrySetResult();
        ProcessEnded();
        if (_logger is not null)
            await _logger.DisposeAsync();
        await Task.WhenAll([_input, .. _outputs]);
        _inputSource?.Dispose();
        _terminalTarget?.Dispose();
        lock (_gate)
            _terminal?.Dispose();
    }

    private void OpenInput()
    {
        _inputSource = Fifo.OpenReader(_paths.Stdin);
        // As long as the fifo has a writer here, a client that goes away is not the end of the input.
        _inputHolder = Fifo.OpenWriter(_paths.Stdin);
    }

    private void OpenTerminalTarget()
    {
        if (_logger is not null)
            _terminalTarget = new OutputTarget(_logger.Output.Duplicate());
        else if (_paths.Stdout.Length > 0)
            _terminalTarget = OutputTarget.Open(_paths.Stdout, "", null, _host.Warn);
    }

    private void OpenPipes()
    {
        if (_inputSource is not null)
        {
            Pipe pipe = OwnedPipe();
            _childEnds[Input] = pipe.Read;
            _input = CopyInputAsync(_inputSource, pipe.Write);
        }
        if (_logger is not null)
        {
            // The program reads what the container writes, with nothing of ours between them.
            _childEnds[Output] = Owned(_logger.Output.Duplicate());
            _childEnds[Errors] = Owned(_logger.Errors.Duplicate());
            _outputs.Add(LeaveToLoggerAsync(_logger));
            return;
        }
        OutputTarget? output = OpenOutput(Output, _paths.Stdout, sibling: null);
        OpenOutput(Errors, _paths.Stderr, output);
    }

    private OutputTarget? OpenOutput(int number, string address, OutputTarget? sibling)
    {
        if (address.Length == 0)
            return null;
        OutputTarget target = OutputTarget.Open(address, _paths.Stdout, sibling, _host.Warn);
        Pipe pipe = OwnedPipe();
        _childEnds[number] = pipe.Write;
        _outputs.Add(CopyOutputAsync(pipe.Read, target, number == Output ? "stdout" : "stderr"));
        return target;
    }

    private async Task LeaveToLoggerAsync(BinaryLogger logger)
    {
        await _runtimeEnded.Task;
        // Ours were the last but the container's: at its end the program meets the end of its input, and goes.
        logger.Output.Dispose();
        logger.Errors.Dispose();
        await logger.Ended;
    }

    private Pipe OwnedPipe()
    {
        Pipe pipe = Pipe.Create();
        Owned(pipe.Write);
        return pipe;
    }

    // One end is enough: a pipe has one owner.
    private FileDescriptor Owned(FileDescriptor end)
    {
        if (_owner.Uid != 0 || _owner.Gid != 0)
            end.Chown(_owner.Uid, _owner.Gid);
        return end;
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
        if (_terminalTarget is not null)
            _outputs.Add(CopyOutputAsync(terminal.Duplicate(), _terminalTarget, "stdout"));
        if (_inputSource is not null)
            _input = CopyInputAsync(_inputSource, terminal.Duplicate());
    }

    /// <summary>From the client's fifo to the process; takes over both.</summary>
    private async Task CopyInputAsync(FileDescriptor source, FileDescriptor target)
    {
        using (source)
        using (target)
        {
            target.SetNonBlocking(true);
            await UntilCut(StreamCopy.RunAsync(_host.Events, source, target, _cut.Token));
            CloseInput();
        }
    }

    /// <summary>From the process to what the client named; takes over both.</summary>
    private async Task CopyOutputAsync(FileDescriptor source, OutputTarget target, string stream)
    {
        using (source)
        using (target)
        {
            source.SetNonBlocking(true);
            await UntilCut(target.CopyAsync(_host.Events, source, stream, _processEnded.Task, _cut.Token));
        }
    }

    private async Task UntilCut(Task copying)
    {
        try
        {
            await copying;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // DisposeAsync: what is left is not wanted.
        }
        catch (LinuxException e)
        {
            _host.Warn($"copy a stream of container \"{_owner.ContainerId}\": {e.Message}");
        }
    }

    private void CloseChildEnds()
    {
        foreach (FileDescriptor end in _childEnds.Values)
            end.Dispose();
        _childEnds.Clear();
    }
}
