using Containerd.Task.V3;
using Grpc.Core;
using Pods.TestKit;
using Pods.Ttrpc;
using Status = Containerd.V1.Types.Status;
using Task = System.Threading.Tasks.Task;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>
/// More removals than the pool has workers stand still, each in a way of its own; what is asked meanwhile, of them and of the pod's
/// other containers, is answered at once: containerd takes a container down whose State it does not get within 2 s.
/// </summary>
public sealed class HangingRemovalTests : FakeRuncTests
{
    private const int Hanging = 8;

    private readonly string _keeper = Unique.Id("keep");

    [SkippableFact]
    public async Task Everybody_is_answered_while_the_runtime_hangs_in_its_removals()
    {
        await StartAsync();
        ProcessEntry keeper = await Host.RunDetachedAsync(_keeper, Group());
        await using TtrpcChannel channel = await Host.ConnectAsync(_keeper);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        string[] ids = await StopManyAsync(task, "--annotation", "io.pods.test.delete=hang");

        Task<DeleteResponse>[] removals = [.. ids.Select(id => task.DeleteAsync(new() { Id = id }).ResponseAsync)];
        await Eventually.True(() => HangingRuntimes(keeper.Parent).Length == Hanging, "every removal hangs in its runtime");
        await ExpectAnswersAsync(task, ids);
        Assert.DoesNotContain(removals, removal => removal.IsCompleted);

        foreach (int runtime in HangingRuntimes(keeper.Parent))
            Native.Kill(runtime, "CONT");
        await ExpectRemovedAsync(removals, keeper, ids);
    }

    [SkippableFact]
    public async Task Everybody_is_answered_while_roots_are_too_busy_to_be_unmounted()
    {
        await StartAsync();
        ProcessEntry keeper = await Host.RunDetachedAsync(_keeper, Group());
        await using TtrpcChannel channel = await Host.ConnectAsync(_keeper);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        string[] ids = await StopManyAsync(task);
        FileStream[] users = [.. ids.Select(id => File.OpenRead(Path.Combine(BundleOf(id), "rootfs/bin/busybox")))];

        Task<DeleteResponse>[] removals = [.. ids.Select(id => task.DeleteAsync(new() { Id = id }).ResponseAsync)];
        await Eventually.True(() => ids.All(id => !Directory.Exists($"/run/containerd/runc/k8s.io/{id}")), "the runtime has forgotten them");
        await ExpectAnswersAsync(task, ids);
        foreach (FileStream user in users)
            await user.DisposeAsync();
        // Those that were tried for longer than the shim tries have failed, and can be asked for again.
        await Task.WhenAll(removals.Select(removal => (Task)Task.WhenAny(removal)));
        removals = [.. ids.Select((id, i) => removals[i].IsFaulted ? task.DeleteAsync(new() { Id = id }).ResponseAsync : removals[i])];
        await ExpectRemovedAsync(removals, keeper, ids);
    }

    private async Task<string[]> StopManyAsync(TaskApi.TaskClient task, params string[] flags)
    {
        string[] ids = [.. Enumerable.Range(0, Hanging).Select(_ => Unique.Id("gone"))];
        foreach (string id in ids)
        {
            await Host.RunDetachedAsync(id, [.. Group(), .. flags]);
            await task.KillAsync(new() { Id = id, Signal = 9 });
            await task.WaitAsync(new WaitRequest { Id = id });
        }
        return ids;
    }

    private async Task ExpectAnswersAsync(TaskApi.TaskClient task, string[] ids)
    {
        foreach (string id in ids)
        {
            Assert.Equal(Status.Stopped, (await task.StateAsync(new() { Id = id }, Soon)).Status);
            Assert.Equal(137u, (await task.WaitAsync(new WaitRequest { Id = id }, Soon)).ExitStatus);
            Assert.NotEqual(0u, (await task.ConnectAsync(new() { Id = id }, Soon)).ShimPid);
            RpcException gone = await Assert.ThrowsAsync<RpcException>(async () => await task.KillAsync(new() { Id = id, Signal = 9 }, Soon));
            Assert.Equal(StatusCode.NotFound, gone.StatusCode);
        }
        Assert.Equal(Status.Running, (await task.StateAsync(new() { Id = _keeper }, Soon)).Status);
        Assert.NotEmpty((await task.PidsAsync(new() { Id = _keeper }, Soon)).Processes);
        Assert.NotNull((await task.StatsAsync(new() { Id = _keeper }, Soon)).Stats);
        await task.KillAsync(new() { Id = _keeper, Signal = 0 }, Soon);
        Assert.Equal(0, (await Host.ExecAsync(_keeper, "true")).ExitCode);
    }

    private async Task ExpectRemovedAsync(Task<DeleteResponse>[] removals, ProcessEntry keeper, string[] ids)
    {
        foreach (DeleteResponse removal in await Task.WhenAll(removals).WaitAsync(TimeSpan.FromSeconds(30)))
            Assert.Equal(137u, removal.ExitStatus);
        await Eventually.True(() => ids.All(id => !MountTable.Below(BundleOf(id)).Any()), "nothing of them is mounted");
        foreach (string id in ids)
        {
            await Host.CtrAsync("task", "rm", "-f", id);
            (await Host.CtrAsync("containers", "rm", id)).Succeeded();
        }
        await MemoryBudget.Idle.CheckAsync(keeper.Parent);
        await Host.RemoveAsync(_keeper);
        // They were deleted behind the daemon's back: it takes their bundles away once their shim has ended.
        await Eventually.True(() => !ids.Any(id => Directory.Exists(BundleOf(id))), "the daemon has cleaned up");
        await Host.ExpectNothingLeftAsync();
    }

    private static CallOptions Soon => new(deadline: DateTime.UtcNow.AddSeconds(10));

    private static int[] HangingRuntimes(int shim) =>
        [.. ProcessTable.ChildrenOf(shim).Where(p => p.State == 'T' && p.CommandLine.Contains("delete")).Select(p => p.Pid)];

    private string[] Group() => ["--annotation", $"io.containerd.runc.v2.group={_keeper}"];

    private string BundleOf(string id) => Path.Combine(Host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
}
