using System.Net.Sockets;
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
        int descriptors = await ProcessTable.DescriptorsAtRestAsync(init.Parent);
        long before = MemoryFigures.Of(init.Parent).PrivateDirtyKb;

        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => ExecManyAsync(task, id, $"e{worker}", each)));

        await Eventually.True(
            () => MemoryFigures.Of(init.Parent).PrivateDirtyKb <= before * 1.1, "memory is within 10 % of before", TimeSpan.FromSeconds(20));
        await Eventually.True(() => ProcessTable.Descriptors(init.Parent) == descriptors, "what the execs had open is closed");
        Assert.Single(ProcessTable.ChildrenOf(init.Parent));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task What_a_burst_of_calls_and_of_garbage_took_is_given_back()
    {
        const int connections = 400, waiters = 2_000;
        await host.StartAsync();
        string id = Unique.Id("burst");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await BurstAsync(id, connections: 10, waiters: 100);
        await MemoryBudget.Idle.CheckAsync(init.Parent);
        int descriptors = await ProcessTable.DescriptorsAtRestAsync(init.Parent);

        await BurstAsync(id, connections, waiters);

        await Eventually.True(() => ProcessTable.Descriptors(init.Parent) == descriptors, "every connection is closed");
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    /// <summary>Waiters whose client goes away, and peers that send anything but the protocol.</summary>
    private async Task BurstAsync(string id, int connections, int waiters)
    {
        await using (TtrpcChannel channel = await host.ConnectAsync(id))
        {
            TaskV2.TaskClient task = new(channel.CreateCallInvoker());
            Task[] waiting = [.. Enumerable.Range(0, waiters).Select(_ => task.WaitAsync(new WaitRequest { Id = id }).ResponseAsync)];
            // Frames are read in their order: who answers this one has read those before it.
            await task.StateAsync(new() { Id = id });
            Assert.DoesNotContain(waiting, wait => wait.IsCompleted);
        }
        string socket = await host.SocketOfAsync(id);
        byte[] garbage = new byte[4096];
        Random.Shared.NextBytes(garbage);
        for (int i = 0; i < connections; i++)
        {
            using Socket peer = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await Eventually.True(() => TryConnect(peer, new(socket)), "the shim's queue has room");
            await peer.SendAsync(garbage);
        }
    }

    private static bool TryConnect(Socket peer, UnixDomainSocketEndPoint shim)
    {
        try
        {
            peer.Connect(shim);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
        {
            return false;
        }
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
