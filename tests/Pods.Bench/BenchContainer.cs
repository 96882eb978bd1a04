using Pods.Containerd;
using Pods.EndToEnd.Tests;
using Pods.TestKit;

namespace Pods.Bench;

/// <summary>A container whose task is made, asked and removed through containerd's API, as a CRI client would.</summary>
internal sealed class BenchContainer(ContainerdDaemon containerd, ContainerdClient client, Rival rival)
{
    public string Id { get; } = Unique.Id("bench");

    public TaskService Tasks => client.Tasks;

    /// <summary>The record and the snapshot, which are no business of the shim.</summary>
    public async Task PrepareAsync(params string[] command) => (await containerd.CtrAsync(
        ["containers", "create", "--runtime", rival.Runtime, "--", PodsDaemon.Image, Id, .. command])).Succeeded();

    public async Task CreateAsync(string output = "", string errors = "")
    {
        IReadOnlyList<SnapshotMount>? rootfs = await client.Snapshots().MountsAsync(Id, CancellationToken.None);
        await Tasks.CreateAsync(new() { ContainerId = Id, Rootfs = rootfs!, Stdout = output, Stderr = errors }, CancellationToken.None);
    }

    public Task StartAsync() => Tasks.StartAsync(Id, "", CancellationToken.None);

    public Task DeleteAsync() => Tasks.DeleteAsync(Id, CancellationToken.None);

    public async Task<int> ShimAsync() =>
        ProcessTable.Find((await Tasks.FindAsync(Id, "", CancellationToken.None))!.Pid)!.Parent;

    public async Task RemoveAsync() => (await containerd.CtrAsync("containers", "rm", Id)).Succeeded();
}
