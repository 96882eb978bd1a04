using Containerd.Events;
using Pods.Linux;
using CreateTaskRequest = Containerd.Task.V3.CreateTaskRequest;

namespace Pods.Shim;

/// <summary>The containers of this process: a pod's sandbox and its members, or a single one. The task service asks it.</summary>
internal sealed class Pod(Children children, EventLoop streams, EventPublisher events, ShimLog log, string namespaceName)
{
    // A client that gave up on Delete asks again within seconds; a group of containers that come and go must not grow
    // (each takes some 300 bytes).
    private const int RememberedExits = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Container> _containers = [];   // guarded by _gate
    private readonly Dictionary<string, TaskCompletionSource> _creating = [];   // guarded by _gate
    private readonly Dictionary<string, ProcessExit> _removed = [];   // guarded by _gate
    private readonly Queue<string> _removedOrder = [];   // guarded by _gate
    private readonly HashSet<string> _untold = [];   // guarded by _gate; of those removed
    private readonly TaskCompletionSource _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PodSandbox? _sandbox;   // guarded by _gate
    private bool _isClosed;   // guarded by _gate
    private bool _wasToldToEnd;   // guarded by _gate
    private Task _answered = Task.CompletedTask;   // guarded by _gate

    public Children Children => children;
    public StdioHost Streams { get; } = new(streams, children, log.Warn);
    public EventPublisher Events => events;
    public OomAccount OomKills { get; } = new();
    public ShimLog Log => log;
    public string Namespace => namespaceName;

    public Task ShutdownRequested => _shutdown.Task;

    public async Task<int> CreateAsync(CreateTaskRequest request)
    {
        Reserve(request.Id);
        Container container;
        try
        {
            container = await new ContainerCreation(this, request).RunAsync();
            lock (_gate)
                _containers.Add(request.Id, container);
        }
        finally
        {
            CreationEnded(request.Id);
        }
        TellCreated(container, request);
        return container.Init.Pid;
    }

    public Container Find(string id) => TryFind(id) ?? throw new NotFoundException($"container \"{id}\" does not exist");

    public Container? TryFind(string id)
    {
        lock (_gate)
            return _containers.GetValueOrDefault(id);
    }

    /// <summary>The exit of a container that was deleted a short while ago.</summary>
    public ProcessExit? ExitOfRemoved(string id)
    {
        lock (_gate)
            return _removed.GetValueOrDefault(id);
    }

    /// <summary>
    /// The exit of a container whose Delete was done after its caller had given up. To such a caller it is still there: clients ask
    /// for the state first, and would take "not found" for the end of it all and leave this process to nobody.
    /// </summary>
    public ProcessExit? UntoldExit(string id)
    {
        lock (_gate)
            return _untold.Contains(id) ? _removed[id] : null;
    }

    /// <summary>Somebody has heard that the container is deleted.</summary>
    public void ToldRemoved(string id)
    {
        lock (_gate)
            _untold.Remove(id);
    }

    /// <summary>
    /// Done when no Create of this name is under way. A daemon whose client went away in the middle of a Create deletes what it
    /// asked for at once: to say "not found" to it would leave the container, and this process, to nobody.
    /// </summary>
    public Task CreationOf(string id)
    {
        lock (_gate)
            return _creating.GetValueOrDefault(id)?.Task ?? Task.CompletedTask;
    }

    /// <summary>Nothing is here, and nothing is being made.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _containers.Count == 0 && _creating.Count == 0 && _sandbox is null;
        }
    }

    /// <summary>Whether containerd has forgotten everything that was here: it removes a bundle last, and no client can name it again.</summary>
    /// <param name="first">Of the container that this process was started for.</param>
    public bool IsForsaken(Bundle first)
    {
        lock (_gate)
        {
            return _creating.Count == 0 && !Directory.Exists(first.Directory)
                && _containers.Values.All(c => c.Init.State is ProcessState.Stopped or ProcessState.Deleted && !Directory.Exists(c.Bundle.Directory));
        }
    }

    /// <summary>Makes this process the sandbox of a pod, which its containers then belong to.</summary>
    public void AddSandbox(PodSandbox sandbox)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new WrongStateException($"create sandbox \"{sandbox.Id}\": the shim is ending");
            if (_sandbox is { } other)
                throw new AlreadyExistsException($"create sandbox \"{sandbox.Id}\": this shim is the sandbox \"{other.Id}\" already");
            _sandbox = sandbox;
        }
        try
        {
            sandbox.Prepare();
        }
        catch
        {
            lock (_gate)
                _sandbox = null;
            throw;
        }
    }

    public PodSandbox FindSandbox(string id) => TryFindSandbox(id) ?? throw new NotFoundException($"sandbox \"{id}\" does not exist");

    public PodSandbox? TryFindSandbox(string id)
    {
        lock (_gate)
            return _sandbox?.Id == id ? _sandbox : null;
    }

    /// <summary>Ends the sandbox, and the service with it unless there are containers: then their last Shutdown does.</summary>
    public async Task RemoveSandboxAsync(string id, Task answered)
    {
        if (TryFindSandbox(id) is { } sandbox)
        {
            await sandbox.StopAsync();
            lock (_gate)
                _sandbox = null;
        }
        Shutdown(answered);
    }

    public HeldNamespaces? NamespacesOf(string sandboxId) => TryFind(sandboxId)?.Namespaces;

    public void Removed(Container container, ProcessExit exit)
    {
        lock (_gate)
        {
            _containers.Remove(container.Id);
            _removed[container.Id] = exit;
            _untold.Add(container.Id);
            _removedOrder.Enqueue(container.Id);
            if (_removedOrder.Count > RememberedExits)
                Forget(_removedOrder.Dequeue());
        }
    }

    /// <summary>Ends the service if it has no container. One on its way is waited for: if it fails, the service ends then.</summary>
    /// <param name="answered">Ends when whoever asked for it has been answered: the connection lasts until then.</param>
    public void Shutdown(Task answered)
    {
        lock (_gate)
        {
            if (_containers.Count > 0 || _sandbox is not null)
                return;
            _wasToldToEnd = true;
            _answered = answered;
            EndIfEmpty();
        }
    }

    /// <summary>Ends the service whatever it has: its containers live on, and `delete` will clean up after them.</summary>
    public void Abandon()
    {
        lock (_gate)
            _isClosed = true;
        _shutdown.TrySetResult();
    }

    /// <summary>Nobody will ask for anything again, nor clean up: the sandbox's process ends here.</summary>
    public void Forsake()
    {
        PodSandbox? sandbox;
        lock (_gate)
            sandbox = _sandbox;
        sandbox?.StopAsync().Wait();
        Abandon();
    }

    /// <summary>What is here, a line for each thing: the answer to SIGUSR1.</summary>
    public IReadOnlyList<string> Describe()
    {
        lock (_gate)
        {
            return
            [
                $"shim {BuildVersion.Version}, process {Environment.ProcessId}: {_containers.Count} containers, {_creating.Count} being created, "
                    + $"{events.Waiting} events to be told, {GC.GetTotalMemory(false) / 1024} kB managed, {ThreadPool.ThreadCount} workers",
                .. _sandbox is null ? Array.Empty<string>() : [_sandbox.Describe()],
                .. _creating.Keys.Select(id => $"container {id}: being created"),
                .. _containers.Values.SelectMany(c => c.Describe()),
            ];
        }
    }

    private void CreationEnded(string id)
    {
        lock (_gate)
        {
            if (_creating.Remove(id, out TaskCompletionSource? ended))
                ended.SetResult();
            _wasToldToEnd &= _containers.Count == 0;
            EndIfEmpty();
        }
    }

    /// <summary>The caller holds _gate.</summary>
    private void EndIfEmpty()
    {
        if (!_wasToldToEnd || _containers.Count > 0 || _creating.Count > 0 || _sandbox is not null)
            return;
        _isClosed = true;
        _answered.ContinueWith(_ => _shutdown.TrySetResult(), TaskScheduler.Default);
    }

    private void Reserve(string id)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new WrongStateException($"create container \"{id}\": the shim is ending");
            if (_containers.ContainsKey(id) || !_creating.TryAdd(id, new(TaskCreationOptions.RunContinuationsAsynchronously)))
                throw new AlreadyExistsException($"container \"{id}\" exists already");
            Forget(id);
        }
    }

    /// <summary>The caller holds _gate.</summary>
    private void Forget(string id)
    {
        _removed.Remove(id);
        _untold.Remove(id);
    }

    private void TellCreated(Container container, CreateTaskRequest request)
    {
        TaskCreate created = new()
        {
            ContainerId = container.Id,
            Bundle = request.Bundle,
            Io = new() { Stdin = request.Stdin, Stdout = request.Stdout, Stderr = request.Stderr, Terminal = request.Terminal },
            Checkpoint = request.Checkpoint,
            Pid = (uint)container.Init.Pid,
        };
        created.Rootfs.AddRange(request.Rootfs);
        lock (container.Gate)
        {
            events.Publish(created);
            container.Tell(container.Order.Release(container.Init.ExecId));
        }
    }
}
