using Pods.Containerd;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// A client that looks into a running container and may type. The container goes on without it. One with a terminal or an input
/// shows every byte as it comes; of the others it is the lines of the log.
/// </summary>
public sealed class AttachedContainer : IProcessStreams
{
    private static readonly EventLoop Loop = EventLoop.Start();

    private readonly NodeServices _node;
    private readonly StoredPod _stored;
    private readonly Container _container;
    private readonly ContainerRun _run;
    private readonly List<string> _fifos = [];
    private readonly CancellationTokenSource _detached = new();
    private readonly System.IO.Pipelines.Pipe _log = new();
    private FifoStream? _input, _output, _errors;
    private Task _following = Task.CompletedTask;
    private Task<ProcessExit?> _exit = Task.FromResult<ProcessExit?>(null);

    private AttachedContainer(NodeServices node, StoredPod stored, Container container, ContainerRun run) =>
        (_node, _stored, _container, _run) = (node, stored, container, run);

    /// <exception cref="NodeException">No such container, or it does not run, or takes no input.</exception>
    public static AttachedContainer Open(NodeServices node, StoredPod stored, ExecRequest request)
    {
        string name = ContainerChoice.Of(stored.Pod, request.Container);
        if (stored.Memory.Run(name) is not { Phase: RunPhase.Running } run)
            throw NodeException.BadRequest($"container \"{name}\" of pod \"{stored.Pod.Metadata!.Name}\" is not running");
        Container container = ContainerRules.Find(stored.Pod.Spec!, name)!;
        if (request.Tty && container.Tty != true)
            throw NodeException.BadRequest($"container \"{name}\" has no terminal: spec.containers[].tty is not set");
        if (request.Stdin && container.Stdin != true)
            throw NodeException.BadRequest($"container \"{name}\" takes no input: spec.containers[].stdin is not set");
        if (request.Stdin && run.IsInputClosed)
            throw NodeException.BadRequest($"container \"{name}\" takes no more input: it has stdinOnce, and its first client has gone");
        AttachedContainer attached = new(node, stored, container, run);
        attached.Open(request);
        return attached;
    }

    public Task<int> ReadOutputAsync(Memory<byte> buffer, CancellationToken cancel) =>
        _output is not null ? ReadAsync(_output, buffer, cancel) : ReadLogAsync(buffer, cancel);

    public Task<int> ReadErrorAsync(Memory<byte> buffer, CancellationToken cancel) =>
        _errors is not null ? ReadAsync(_errors, buffer, cancel) : Task.FromResult(0);

    public Task WriteInputAsync(ReadOnlyMemory<byte> content, CancellationToken cancel) => _input?.WriteAsync(content, cancel) ?? Task.CompletedTask;

    /// <summary>The container's input stays open for the next: only one with stdinOnce ends with its first client.</summary>
    public Task CloseInputAsync(CancellationToken cancel) => _container.StdinOnce == true ? EndInputAsync() : Task.CompletedTask;

    public Task ResizeAsync(int width, int height, CancellationToken cancel) =>
        _container.Tty == true ? _node.Containerd.Tasks.ResizeAsync(_run.Id, "", width, height, cancel) : Task.CompletedTask;

    public async Task<int> WaitAsync(CancellationToken cancel) => (await _exit.WaitAsync(cancel))?.Status ?? -1;

    public async ValueTask DisposeAsync()
    {
        await _detached.CancelAsync();
        if (_container.StdinOnce == true)
            await EndInputAsync();
        foreach (FifoStream? stream in new[] { _input, _output, _errors })
            stream?.Dispose();
        foreach (string path in _fifos)
            File.Delete(path);
        await _following;
        _detached.Dispose();
    }

    private void Open(ExecRequest request)
    {
        _exit = _node.Containerd.Tasks.WaitAsync(_run.Id, "", _detached.Token);
        // Nobody looks at the end of a wait that was given up.
        _ = _exit.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        if (request.Stdin)
            _input = new(Fifo.OpenBoth(ContainerStreams.InputPath(_node.Options, _stored.Pod, _run.Id)), Loop);
        if (_container.Tty != true && _container.Stdin != true)
            _following = FollowLogAsync(request);
        else
        {
            _output = request.Stdout ? Tap("stdout") : null;
            _errors = request.Stderr && _container.Tty != true ? Tap("stderr") : null;
        }
    }

    /// <summary>Ours first, then the shim's hold: what was typed is read to its end, and then the container's input has ended.</summary>
    private async Task EndInputAsync()
    {
        if (Interlocked.Exchange(ref _input, null) is not { } input)
            return;
        input.Dispose();
        _node.Store.Update(_stored.Pod.Metadata!.Uid!,
            s => s with { Memory = MemoryChanges.OfRun(s.Memory, _run.Id, r => r with { IsInputClosed = true }) }, isDurable: false);
        try
        {
            await _node.Containerd.Tasks.CloseInputAsync(_run.Id, "", CancellationToken.None);
        }
        catch (ContainerdException e)
        {
            // The container has ended before, or containerd is away: told, for it would wait for more.
            _node.Log($"container {_run.Id}: its input stays open: {e.Message}");
        }
    }

    private FifoStream Tap(string stream)
    {
        string directory = ContainerStreams.TapDirectory(_node.Options, _stored.Pod, _run.Id);
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, $"{stream}-{ContainerSteps.NewId()[..16]}");
        Fifo.Create(path);
        _fifos.Add(path);
        // Both ends are ours: the shim opens and closes it with each piece, and that is no end.
        return new(Fifo.OpenBoth(path), Loop);
    }

    /// <summary>Until the container ends: what it wrote last is read out then.</summary>
    private async Task<int> ReadAsync(FifoStream stream, Memory<byte> buffer, CancellationToken cancel)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<int> read = stream.ReadAsync(buffer, either.Token);
        if (await Task.WhenAny(read, _exit) == read || read.IsCompleted)
            return await read;
        await either.CancelAsync();
        try
        {
            return await read;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return stream.TryRead(buffer.Span, out int rest) ? rest : 0;
        }
    }

    private async Task<int> ReadLogAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        System.IO.Pipelines.ReadResult read = await _log.Reader.ReadAsync(cancel);
        int count = (int)Math.Min(read.Buffer.Length, buffer.Length);
        var part = read.Buffer.Slice(0, count);
        int at = 0;
        foreach (ReadOnlyMemory<byte> piece in part)
        {
            piece.CopyTo(buffer[at..]);
            at += piece.Length;
        }
        _log.Reader.AdvanceTo(part.End);
        return count;
    }

    private async Task FollowLogAsync(ExecRequest request)
    {
        try
        {
            PodLogRequest lines = new() { Container = request.Container ?? _run.Name, Follow = true, TailLines = 0 };
            await new PodLog(_node).CopyAsync(_stored, lines, _log.Writer.AsStream(leaveOpen: true), _detached.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or NodeException)
        {
            // The client has gone, or the container and its log have.
        }
        await _log.Writer.CompleteAsync();
    }
}
