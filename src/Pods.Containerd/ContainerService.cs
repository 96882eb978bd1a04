using Containerd.Services.Containers.V1;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>Containers as containerd remembers them, running or not.</summary>
public sealed class ContainerService
{
    private readonly Containers.ContainersClient _containers;

    internal ContainerService(CallInvoker invoker) => _containers = new(invoker);

    public async Task<ContainerRecord?> FindAsync(string id, CancellationToken cancel)
    {
        using var call = _containers.GetAsync(new() { Id = id }, cancellationToken: cancel);
        return await Answer.OrNull(call, $"look up container \"{id}\"", cancel) is { Container: { } found }
            ? ContainerRecord.From(found) : null;
    }

    /// <summary>Filters as containerd words them: <c>labels."io.kubernetes.pod.uid"==…</c>; any that fits is enough.</summary>
    public async Task<IReadOnlyList<ContainerRecord>> ListAsync(CancellationToken cancel, params string[] filters)
    {
        using var call = _containers.ListAsync(new() { Filters = { filters } }, cancellationToken: cancel);
        return [.. (await Answer.Of(call, "list containers", cancel)).Containers.Select(ContainerRecord.From)];
    }

    /// <summary>False: the id is taken.</summary>
    public async Task<bool> CreateAsync(ContainerRecord container, CancellationToken cancel)
    {
        using var call = _containers.CreateAsync(new() { Container = container.ToWire() }, cancellationToken: cancel);
        return await Answer.IfNew(call, $"create container \"{container.Id}\"", cancel) is not null;
    }

    /// <summary>Changes the fields named by path ("labels.x", "spec"). False: there is no such container.</summary>
    public async Task<bool> UpdateAsync(ContainerRecord container, IReadOnlyList<string> fieldPaths, CancellationToken cancel)
    {
        UpdateContainerRequest request = new() { Container = container.ToWire(), UpdateMask = new() { Paths = { fieldPaths } } };
        using var call = _containers.UpdateAsync(request, cancellationToken: cancel);
        return await Answer.Found(call, $"update container \"{container.Id}\"", cancel);
    }

    /// <summary>False: there is no such container.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancel)
    {
        using var call = _containers.DeleteAsync(new() { Id = id }, cancellationToken: cancel);
        return await Answer.Found(call, $"delete container \"{id}\"", cancel);
    }
}
