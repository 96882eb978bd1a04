using Containerd.Services.Snapshots.V1;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>The file systems of one snapshotter: unpacked layers, and what containers write on top of them.</summary>
public sealed class SnapshotService
{
    private readonly Snapshots.SnapshotsClient _snapshots;

    internal SnapshotService(CallInvoker invoker, string snapshotter)
    {
        _snapshots = new(invoker);
        Snapshotter = snapshotter;
    }

    public string Snapshotter { get; }

    /// <summary>A writable snapshot on top of <paramref name="parent"/> ("" for none). Null: the key is taken.</summary>
    public async Task<IReadOnlyList<SnapshotMount>?> PrepareAsync(
        string key, string parent, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        PrepareSnapshotRequest request = new() { Snapshotter = Snapshotter, Key = key, Parent = parent, Labels = { Maps.Of(labels) } };
        using var call = _snapshots.PrepareAsync(request, cancellationToken: cancel);
        PrepareSnapshotResponse? answer = await Answer.IfNew(call, $"prepare snapshot \"{key}\" on \"{parent}\"", cancel);
        return answer is null ? null : [.. answer.Mounts.Select(SnapshotMount.From)];
    }

    /// <summary>A read-only snapshot. Null: the key is taken.</summary>
    public async Task<IReadOnlyList<SnapshotMount>?> ViewAsync(
        string key, string parent, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        ViewSnapshotRequest request = new() { Snapshotter = Snapshotter, Key = key, Parent = parent, Labels = { Maps.Of(labels) } };
        using var call = _snapshots.ViewAsync(request, cancellationToken: cancel);
        ViewSnapshotResponse? answer = await Answer.IfNew(call, $"view snapshot \"{parent}\"", cancel);
        return answer is null ? null : [.. answer.Mounts.Select(SnapshotMount.From)];
    }

    /// <summary>Null: there is no such snapshot.</summary>
    public async Task<IReadOnlyList<SnapshotMount>?> MountsAsync(string key, CancellationToken cancel)
    {
        using var call = _snapshots.MountsAsync(new() { Snapshotter = Snapshotter, Key = key }, cancellationToken: cancel);
        MountsResponse? answer = await Answer.OrNull(call, $"mounts of snapshot \"{key}\"", cancel);
        return answer is null ? null : [.. answer.Mounts.Select(SnapshotMount.From)];
    }

    /// <summary>False: a snapshot of that name is committed already.</summary>
    public async Task<bool> CommitAsync(
        string name, string key, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        CommitSnapshotRequest request = new() { Snapshotter = Snapshotter, Name = name, Key = key, Labels = { Maps.Of(labels) } };
        using var call = _snapshots.CommitAsync(request, cancellationToken: cancel);
        return await Answer.IfNew(call, $"commit snapshot \"{name}\"", cancel) is not null;
    }

    /// <summary>False: there is no such snapshot.</summary>
    public async Task<bool> RemoveAsync(string key, CancellationToken cancel)
    {
        using var call = _snapshots.RemoveAsync(new() { Snapshotter = Snapshotter, Key = key }, cancellationToken: cancel);
        return await Answer.Found(call, $"remove snapshot \"{key}\"", cancel);
    }

    public async Task<SnapshotRecord?> FindAsync(string key, CancellationToken cancel)
    {
        using var call = _snapshots.StatAsync(new() { Snapshotter = Snapshotter, Key = key }, cancellationToken: cancel);
        return await Answer.OrNull(call, $"look up snapshot \"{key}\"", cancel) is { Info: { } found } ? SnapshotRecord.From(found) : null;
    }

    public async Task<IReadOnlyList<SnapshotRecord>> ListAsync(CancellationToken cancel, params string[] filters)
    {
        List<SnapshotRecord> all = [];
        using var call = _snapshots.List(new() { Snapshotter = Snapshotter, Filters = { filters } }, cancellationToken: cancel);
        await foreach (ListSnapshotsResponse part in Answer.Each(call.ResponseStream, "list snapshots", cancel))
            all.AddRange(part.Info.Select(SnapshotRecord.From));
        return all;
    }

    /// <summary>What the snapshot itself holds, without its parents. Null: there is no such snapshot.</summary>
    public async Task<SnapshotUsage?> UsageAsync(string key, CancellationToken cancel)
    {
        using var call = _snapshots.UsageAsync(new() { Snapshotter = Snapshotter, Key = key }, cancellationToken: cancel);
        return await Answer.OrNull(call, $"usage of snapshot \"{key}\"", cancel) is { } usage ? new(usage.Size, usage.Inodes) : null;
    }
}
