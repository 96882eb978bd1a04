using System.Text.Json;
using Pods.Containerd;
using Pods.Linux;
using Pods.Oci;

namespace Pods.Node;

/// <summary>A command running in a container, with its streams; ended and cleaned up when disposed.</summary>
public sealed class ExecProcess : IProcessStreams
{
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromSeconds(10);
    private static readonly EventLoop Loop = EventLoop.Start();

    private readonly NodeServices _node;
    private readonly string _containerId;
    private readonly string _id = "exec-" + ContainerSteps.NewId()[..16];
    private readonly string _directory;
    private readonly Dictionary<string, FifoStream> _streams = [];
    private Task<ProcessExit?> _exit = Task.FromResult<ProcessExit?>(null);

    private ExecProcess(NodeServices node, string containerId)
    {
        (_node, _containerId) = (node, containerId);
        _directory = Path.Combine(node.Options.State, "exec", _id);
    }

    /// <exception cref="NodeException">No such container, or it does not run.</exception>
    public static void Check(StoredPod stored, ExecRequest request) => RunOf(stored, request);

    /// <exception cref="NodeException">No such container, it does not run, or has no such program.</exception>
    public static async Task<ExecProcess> StartAsync(NodeServices node, StoredPod stored, ExecRequest request, CancellationToken cancel)
    {
        ExecProcess process = new(node, RunOf(stored, request).Id);
        try
        {
            await process.StartAsync(request, cancel);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>0 at the end; also where the stream was not asked for.</summary>
    public Task<int> ReadOutputAsync(Memory<byte> buffer, CancellationToken cancel) => ReadAsync("stdout", buffer, cancel);

    public Task<int> ReadErrorAsync(Memory<byte> buffer, CancellationToken cancel) => ReadAsync("stderr", buffer, cancel);

    public Task WriteInputAsync(ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        _streams.TryGetValue("stdin", out FifoStream? input) ? input.WriteAsync(content, cancel) : Task.CompletedTask;

    public async Task CloseInputAsync(CancellationToken cancel)
    {
        if (_streams.Remove("stdin", out FifoStream? input))
        {
            input.Dispose();
            await _node.Containerd.Tasks.CloseInputAsync(_containerId, _id, cancel);
        }
    }

    public Task ResizeAsync(int width, int height, CancellationToken cancel) =>
        _node.Containerd.Tasks.ResizeAsync(_containerId, _id, width, height, cancel);

    /// <summary>The exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken cancel) => (await _exit.WaitAsync(cancel))?.Status ?? -1;

    /// <summary>A command that still runs is killed: its caller is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (FifoStream stream in _streams.Values)
            stream.Dispose();
        _streams.Clear();
        try
        {
            using CancellationTokenSource limit = new(CleanUpLimit);
            if (!_exit.IsCompleted)
            {
                await _node.Containerd.Tasks.KillAsync(_containerId, Signals.SIGKILL, _id, all: false, limit.Token);
                await _exit.WaitAsync(limit.Token);
            }
            await _node.Containerd.Tasks.DeleteExecAsync(_containerId, _id, limit.Token);
        }
        catch (Exception e) when (e is ContainerdException or OperationCanceledException)
        {
            // The container, or containerd itself, has gone meanwhile: the exec went with it.
            _node.Log($"exec {_id} of container {_containerId}: clean up: {e.Message}");
        }
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }

    private static ContainerRun RunOf(StoredPod stored, ExecRequest request)
    {
        string name = ContainerChoice.Of(stored.Pod, request.Container);
        return stored.Memory.Run(name) is { Phase: RunPhase.Running } run ? run
            : throw NodeException.BadRequest($"container \"{name}\" of pod \"{stored.Pod.Metadata!.Name}\" is not running");
    }

    private async Task StartAsync(ExecRequest request, CancellationToken cancel)
    {
        ContainerRecord container = await _node.Containerd.Containers.FindAsync(_containerId, cancel)
            ?? throw NodeException.BadRequest($"container {_containerId} is gone");
        Directory.CreateDirectory(_directory);
        TaskService tasks = _node.Containerd.Tasks;
        await tasks.ExecAsync(new ExecCreation
        {
            ContainerId = _containerId,
            ExecId = _id,
            Process = ProcessOf(container, request),
            Stdin = request.Stdin ? OpenFifo("stdin", Fifo.OpenBoth) : "",
            Stdout = request.Stdout ? OpenFifo("stdout", Fifo.OpenReader) : "",
            Stderr = request.Stderr && !request.Tty ? OpenFifo("stderr", Fifo.OpenReader) : "",
            Terminal = request.Tty,
        }, cancel);
        // Asked before it starts: an exit cannot be missed.
        _exit = tasks.WaitAsync(_containerId, _id, CancellationToken.None);
        try
        {
            await tasks.StartAsync(_containerId, _id, cancel);
        }
        catch (ContainerdException e) when (!e.IsUnavailable)
        {
            throw new NodeException(400, "BadRequest", e.Message);
        }
    }

    private string OpenFifo(string name, Func<string, FileDescriptor> open)
    {
        string path = Path.Combine(_directory, name);
        Fifo.Create(path);
        _streams[name] = new FifoStream(open(path), Loop);
        return path;
    }

    private Task<int> ReadAsync(string name, Memory<byte> buffer, CancellationToken cancel) =>
        _streams.TryGetValue(name, out FifoStream? stream) ? stream.ReadAsync(buffer, cancel) : Task.FromResult(0);

    /// <summary>The container's own process with another command line: same user, rights, environment, directory.</summary>
    private static byte[] ProcessOf(ContainerRecord container, ExecRequest request)
    {
        RuntimeSpec spec = JsonSerializer.Deserialize(container.Spec.Span, RuntimeJson.Default.RuntimeSpec)!;
        RuntimeProcess process = spec.Process! with { Args = request.Command, Terminal = request.Tty };
        if (request.Tty && !process.Env!.Any(e => e.StartsWith("TERM=", StringComparison.Ordinal)))
            process = process with { Env = [.. process.Env!, "TERM=xterm"] };
        if (request is { Tty: true, Size: var (width, height) })
            process = process with { ConsoleSize = new() { Width = (uint)width, Height = (uint)height } };
        return JsonSerializer.SerializeToUtf8Bytes(process, RuntimeJson.Default.RuntimeProcess);
    }
}
