using Containerd.Task.V3;
using Google.Protobuf;
using Pods.TestKit;
using Pods.Ttrpc;
using Task = System.Threading.Tasks.Task;
using TaskV2 = Containerd.Task.V2.Task;

namespace Pods.Shim.EndToEnd.Tests;

public sealed class GrowthTests(Installed.Host host) : IClassFixture<Installed.Host>
{
    private const string Spec = """{"args":["true"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    [SkippableFact]
    public async Task Thousand_execs_at_once_by_sixteen_lose_no_exit_and_leave_the_shim_as_it_was()
    {
        const int workers = 16, each = 63;
        await host.StartAsync();
        string id = Unique.Id("grow");
        ProcessEntry init = await host.RunDetachedAsync(id);
        // The first calls of their kind make what later ones use again: that is not growth.
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskV2.TaskClient task = new(channel.CreateCallInvoker());
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => ExecManyAsync(task, id, $"warm{worker}", 25)));
        await MemoryBudget.Idle.CheckAsync(init.Parent);
        int descriptors = ProcessTable.Descriptors(init.Parent);
        long before = MemoryFigures.Of(init.Parent).PrivateDirtyKb;

        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => ExecManyAsync(task, id, $"e{worker}", each)));

        await Eventually.True(
            () => MemoryFigures.Of(init.Parent).PrivateDirtyKb <= before * 1.1, "memory is within 10 % of before", TimeSpan.FromSeconds(20));
        Assert.Equal(descriptors, ProcessTable.Descriptors(init.Parent));
        Assert.Single(ProcessTable.ChildrenOf(init.Parent));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    private static async Task ExecManyAsync(TaskV2.TaskClient task, string id, string prefix, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string execId = $"{prefix}-{i}";
            await task.ExecAsync(new() { Id = id, ExecId = execId, Spec = new() { Value = ByteString.CopyFromUtf8(Spec) } });
            Task<WaitResponse> exited = task.WaitAsync(new WaitRequest { Id = id, ExecId = execId }).ResponseAsync;
            await task.StartAsync(new() { Id = id, ExecId = execId });
            Assert.Equal(0u, (await exited.WaitAsync(TimeSpan.FromSeconds(30))).ExitStatus);
            await task.DeleteAsync(new() { Id = id, ExecId = execId });
        }
    }
}
