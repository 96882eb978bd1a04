using Pods.Containerd;

namespace Pods.Images;

/// <summary>A lease for the time of one operation, and the client whose calls are under it.</summary>
internal sealed class Lease : IAsyncDisposable
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_removalLimit = TimeSpan.FromSeconds(10);

    private readonly ContainerdClient _owner;

    private Lease(ContainerdClient owner, string id)
    {
        _owner = owner;
        Id = id;
        Containerd = owner.UnderLease(id);
    }

    public string Id { get; }
    public ContainerdClient Containerd { get; }

    public static async Task<Lease> TakeAsync(ContainerdClient containerd, string purpose, TimeProvider time, CancellationToken cancel)
    {
        string id = $"pods-{purpose}-{Guid.NewGuid():N}";
        await containerd.Leases.CreateAsync(id, time.GetUtcNow() + s_lifetime, cancel);
        return new(containerd, id);
    }

    public Task KeepBlobAsync(string digest, CancellationToken cancel) => _owner.Leases.KeepAsync(Id, "content", digest, cancel);

    public Task KeepSnapshotAsync(string snapshotter, string name, CancellationToken cancel) =>
        _owner.Leases.KeepAsync(Id, "snapshots/" + snapshotter, name, cancel);

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(s_removalLimit);
        try
        {
            await _owner.Leases.DeleteAsync(Id, false, limit.Token);
        }
        catch (Exception e) when (e is ContainerdException or OperationCanceledException)
        {
            // It expires by itself, and what it kept goes then.
        }
    }
}
