using Containerd.Events;
using Pods.Linux;
using CreateTaskRequest = Containerd.Task.V3.CreateTaskRequest;

namespace Pods.Shim;

/// <summary>The containers of this process: a pod's sandbox and its members, or a single one. The task service asks it.</summary>
internal sealed class Pod(Children children, EventLoop streams, EventPublisher events, ShimLog log, string namespaceName)
{
    // A client that gave up on Delete asks again within seconds; a group of containers that come and go must not grow.
    private const int RememberedExits = 128;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Container> _containers = [];   // guarded by _gate
    private readonly HashSet<string> _creating = [];   // guarded by _gate
    private readonly Dictionary<string, ProcessExit> _removed = [];   // guarded by _gate
    private readonly Queue<string> _removedOrder = [];   // guarded by _gate
    private readonly TaskCompletionSource _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;   // guarded by _gate

    public Children Children => children;
    public StdioHost Streams { get; } = new(streams, children, log.Warn);
    public EventPublisher Events => events;
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
            lock (_gate)
                _creating.Remove(request.Id);
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

    public HeldNamespaces? NamespacesOf(string sandboxId) => TryFind(sandboxId)?.Namespaces;

    public void Removed(Container container, ProcessExit exit)
    {
        lock (_gate)
        {
            _containers.Remove(container.Id);
            _removed[container.Id] = exit;
            _removedOrder.Enqueue(container.Id);
            if (_removedOrder.Count > RememberedExits)
                _removed.Remove(_removedOrder.Dequeue());
        }
    }

    /// <summary>Ends the service if it has no container, and none on its way; otherwise the caller is early and nothing happens.</summary>
    public void Shutdown()
    {
        lock (_gate)
        {
            if (_containers.Count > 0 || _creating.Count > 0)
                return;
            _isClosed = true;
        }
        _shutdown.TrySetResult();
    }

    /// <summary>Ends the service whatever it has: its containers live on, and `delete` will clean up after them.</summary>
    public void Abandon()
    {
        lock (_gate)
            _isClosed = true;
        _shutdown.TrySetResult();
    }

    private void Reserve(string id)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new WrongStateException($"create container \"{id}\": the shim is ending");
            if (_containers.ContainsKey(id) || !_creating.Add(id))
                throw new AlreadyExistsException($"container \"{id}\" exists already");
            _removed.Remove(id);
        }
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
