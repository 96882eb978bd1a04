using Containerd.Services.Leases.V1;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>Leases: while one exists, the garbage collector spares what was made under it.</summary>
public sealed class LeaseService
{
    private readonly Leases.LeasesClient _leases;

    internal LeaseService(CallInvoker invoker) => _leases = new(invoker);

    /// <summary>It ends by itself after the time given, so that a crash of ours keeps nothing forever. False: the id is taken.</summary>
    public async Task<bool> CreateAsync(string id, DateTimeOffset expires, CancellationToken cancel)
    {
        CreateRequest request = new() { Id = id, Labels = { ["containerd.io/gc.expire"] = expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") } };
        using var call = _leases.CreateAsync(request, cancellationToken: cancel);
        return await Answer.IfNew(call, $"create lease \"{id}\"", cancel) is not null;
    }

    /// <summary>False: there is no such lease. With <paramref name="sync"/>, the answer comes after the garbage collection.</summary>
    public async Task<bool> DeleteAsync(string id, bool sync, CancellationToken cancel)
    {
        using var call = _leases.DeleteAsync(new() { Id = id, Sync = sync }, cancellationToken: cancel);
        return await Answer.Found(call, $"delete lease \"{id}\"", cancel);
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancel)
    {
        using var call = _leases.ListAsync(new(), cancellationToken: cancel);
        return [.. (await Answer.Of(call, "list leases", cancel)).Leases.Select(l => l.Id)];
    }

    /// <summary>Puts what exists already under the lease too: a blob is "content", a snapshot "snapshots/overlayfs".</summary>
    public async Task KeepAsync(string id, string type, string resource, CancellationToken cancel)
    {
        AddResourceRequest request = new() { Id = id, Resource = new() { Id = resource, Type = type } };
        using var call = _leases.AddResourceAsync(request, cancellationToken: cancel);
        await Answer.Of(call, $"keep {type} {resource} under lease \"{id}\"", cancel);
    }
}
