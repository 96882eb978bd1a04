using Grpc.Core;

namespace Pods.Containerd;

/// <summary>containerd's services in one namespace, over one channel; the daemon has one for its whole life.</summary>
public sealed class ContainerdClient : IAsyncDisposable
{
    private readonly CallInvoker _channel;
    private readonly IAsyncDisposable? _owned;
    private readonly CallInvoker _scoped;

    /// <summary>Uses a channel that belongs to the caller.</summary>
    public ContainerdClient(CallInvoker channel, string namespaceName) : this(channel, namespaceName, null, null)
    {
    }

    private ContainerdClient(CallInvoker channel, string namespaceName, string? leaseId, IAsyncDisposable? owned)
    {
        _channel = channel;
        _owned = owned;
        Namespace = namespaceName;
        _scoped = new ScopedInvoker(channel, namespaceName, leaseId);
        Content = new(_scoped);
        Images = new(_scoped);
        Diff = new(_scoped);
        Leases = new(_scoped);
        Containers = new(_scoped);
        Tasks = new(_scoped);
        Events = new(_scoped);
        Namespaces = new(_scoped);
        Introspection = new(_scoped);
    }

    public string Namespace { get; }
    public ContentService Content { get; }
    public ImageService Images { get; }
    public DiffService Diff { get; }
    public LeaseService Leases { get; }
    public ContainerService Containers { get; }
    public TaskService Tasks { get; }
    public EventService Events { get; }
    public NamespaceService Namespaces { get; }
    public IntrospectionService Introspection { get; }

    /// <summary>Nothing is called yet, and a containerd that restarts is found again by the next call.</summary>
    public static ContainerdClient Connect(string socketPath, string namespaceName)
    {
        Pods.Grpc.GrpcChannel channel = Pods.Grpc.GrpcChannel.ForUnixSocket(socketPath);
        return new(channel.CreateCallInvoker(), namespaceName, null, channel);
    }

    public SnapshotService Snapshots(string snapshotter = "overlayfs") => new(_scoped, snapshotter);

    /// <summary>The same services, where all that is made is kept from containerd's garbage collector by the lease.</summary>
    public ContainerdClient UnderLease(string leaseId) => new(_channel, Namespace, leaseId, null);

    public ValueTask DisposeAsync() => _owned?.DisposeAsync() ?? ValueTask.CompletedTask;
}
