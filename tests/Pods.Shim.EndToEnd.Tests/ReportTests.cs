using Containerd.Task.V3;
using Grpc.Core;
using Pods.Containerd;
using Pods.TestKit;
using Pods.Ttrpc;
using Status = Containerd.V1.Types.Status;
using Task = System.Threading.Tasks.Task;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>Reports against containerd's own shims, by their numbers there; tests/shim-contract.md names the tests of the others.</summary>
public sealed class ReportTests : FakeRuncTests
{
    private const string Holder = """{"args":["sh","-c","sleep 1000 & exit 0"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    private const string Reader = """{"args":["cat"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    /// <summary>8981 is the same: Delete can be asked again.</summary>
    [SkippableFact]
    public async Task Report_7496_delete_that_outlives_its_client_goes_on_and_answers_the_next_one()
    {
        await StartAsync();
        string id = Unique.Id("slow"), keeper = Unique.Id("keep");
        string[] group = ["--annotation", $"io.containerd.runc.v2.group={keeper}"];
        await Host.RunDetachedAsync(keeper, group);
        ProcessEntry init = await Host.RunDetachedAsync(id, [.. group, "--annotation", "io.pods.test.delete=hang"]);
        await using TtrpcChannel channel = await Host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await task.KillAsync(new() { Id = id, Signal = 9 });
        await task.WaitAsync(new WaitRequest { Id = id });
        RpcException late = await Assert.ThrowsAsync<RpcException>(async () => await task.DeleteAsync(new() { Id = id }, In(seconds: 1)));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        ProcessEntry runtime = await Eventually.Get(() => ProcessTable.ChildrenOf(init.Parent).FirstOrDefault(p => p.State == 'T'), "it is slow");
        Native.Kill(runtime.Pid, "CONT");

        // It is done without a caller. Clients ask for the state before they delete again, and would stop at "not found".
        await Eventually.True(() => !Directory.Exists($"/run/containerd/runc/k8s.io/{id}"), "the deletion goes on");
        StateResponse state = await task.StateAsync(new() { Id = id });
        Assert.Equal((Status.Stopped, 137u), (state.Status, state.ExitStatus));
        Assert.Contains("137", (await Host.CtrAsync("task", "rm", id)).Error);
        DeleteResponse first = await task.DeleteAsync(new() { Id = id }), second = await task.DeleteAsync(new() { Id = id });
        Assert.Equal((137u, (uint)init.Pid), (first.ExitStatus, first.Pid));
        Assert.Equal(first, second);
        await Assert.ThrowsAsync<RpcException>(async () => await task.StateAsync(new() { Id = id }));
        (await Host.CtrAsync("containers", "rm", id)).Succeeded();
        await Host.RemoveAsync(keeper);
        await Host.ExpectNothingLeftAsync();
    }

    /// <summary>7802 and 10094 are its cause: a grandchild that holds the output.</summary>
    [SkippableFact]
    public async Task Report_13377_output_that_never_ends_does_not_take_the_whole_deadline()
    {
        await StartAsync();
        string id = Unique.Id("held");
        ProcessEntry init = await Host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await Host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await task.ExecAsync(new()
        {
            Id = id, ExecId = "e", Stdout = $"file://{Scratch.File("out")}",
            Spec = new() { Value = Google.Protobuf.ByteString.CopyFromUtf8(Holder) },
        });
        await task.StartAsync(new() { Id = id, ExecId = "e" });
        Assert.Equal(0u, (await task.WaitAsync(new WaitRequest { Id = id, ExecId = "e" })).ExitStatus);
        // CRI's ten seconds, of which the shim leaves two.
        await task.DeleteAsync(new() { Id = id, ExecId = "e" }, In(seconds: 10));
        await Host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Report_6860_shim_without_a_container_says_so_at_once_and_ends_when_told()
    {
        Requires.Root();
        Requires.Binaries("containerd-shim-pods-v1");
        string id = Unique.Id("empty");
        CommandResult start = await Command.RunAsync(Repository.Binary("containerd-shim-pods-v1"),
            ["-namespace", "k8s.io", "-address", Scratch.File("c.sock"), "-id", id, "start"], directory: Scratch.Path);
        string socket = start.Succeeded().Output["unix://".Length..];
        await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(socket, CancellationToken.None);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        ConnectResponse shim = await task.ConnectAsync(new() { Id = id }, In(seconds: 5));
        Assert.Equal(0u, shim.TaskPid);
        RpcException none = await Assert.ThrowsAsync<RpcException>(async () => await task.PidsAsync(new() { Id = id }, In(seconds: 5)));
        Assert.Equal(StatusCode.NotFound, none.StatusCode);
        await task.ShutdownAsync(new() { Id = id });
        // Nobody new gets in, and the caller is the one who hangs up: it need not wonder whether its answer or the shim's end came first.
        await Eventually.True(() => !File.Exists(socket), "the socket is gone");
        Assert.Equal(shim.ShimPid, (await task.ConnectAsync(new() { Id = id }, In(seconds: 5))).ShimPid);
        await channel.DisposeAsync();
        await Eventually.True(() => ProcessTable.Find((int)shim.ShimPid) is null or { State: 'Z' }, "the shim has ended");
    }

    [SkippableFact]
    public async Task Report_13958_shutdown_after_each_delete_ends_the_shim_with_the_last()
    {
        await StartAsync();
        string pod = Unique.Id("pod"), app = Unique.Id("app");
        string[] group = ["--annotation", $"io.kubernetes.cri.sandbox-id={pod}"];
        ProcessEntry pause = await Host.RunDetachedAsync(pod, group);
        ProcessEntry process = await Host.RunDetachedAsync(app, group);
        Assert.Equal(pause.Parent, process.Parent);
        await using TtrpcChannel channel = await Host.ConnectAsync(pod);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await task.KillAsync(new() { Id = pod, Signal = 9 });
        await task.WaitAsync(new WaitRequest { Id = pod });
        await task.DeleteAsync(new() { Id = pod });
        await task.ShutdownAsync(new() { Id = pod });
        Assert.Equal(Status.Running, (await task.StateAsync(new() { Id = app })).Status);
        await Host.CtrAsync("task", "rm", "-f", pod);
        (await Host.CtrAsync("containers", "rm", pod)).Succeeded();
        await channel.DisposeAsync();
        await Host.RemoveAsync(app);
        // Of what was deleted behind its back containerd cleans up when the shim hangs up.
        string bundles = Path.Combine(Host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io");
        await Eventually.True(() => Directory.GetDirectories(bundles).Length == 0, "the pod's bundle is gone");
        await Host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Report_9103_init_that_dies_during_create_is_a_container_that_has_stopped()
    {
        await StartAsync();
        string id = Unique.Id("early");
        (await Host.CtrAsync("containers", "create", "--runtime", ShimHost.Runtime, "--annotation", $"{FakeRunc.Annotation}=init-dies",
            ShimHost.Image, id, "sleep", "1000")).Succeeded();
        await using ContainerdClient client = ContainerdClient.Connect(Host.Daemon.Address, "k8s.io");
        CancellationToken none = CancellationToken.None;
        int pid = await client.Tasks.CreateAsync(new() { ContainerId = id, Rootfs = (await client.Snapshots().MountsAsync(id, none))! }, none);
        Assert.True(pid > 0);
        await Eventually.True(async () => await Host.StatusAsync(id) == "STOPPED", "its end is known");
        Assert.Equal(137, (await client.Tasks.DeleteAsync(id, none))!.Status);
        (await Host.CtrAsync("containers", "rm", id)).Succeeded();
        await Host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Report_8856_execs_that_nobody_deletes_go_with_their_container()
    {
        await StartAsync();
        string id = Unique.Id("forgetful"), keeper = Unique.Id("keep");
        string[] group = ["--annotation", $"io.containerd.runc.v2.group={keeper}"];
        ProcessEntry init = await Host.RunDetachedAsync(keeper, group);
        int descriptors = await ProcessTable.DescriptorsAtRestAsync(init.Parent);
        await Host.RunDetachedAsync(id, group);
        string input = Scratch.File("in");
        (await Command.RunAsync("mkfifo", [input])).Succeeded();
        await using (TtrpcChannel channel = await Host.ConnectAsync(id))
        {
            TaskApi.TaskClient task = new(channel.CreateCallInvoker());
            foreach (bool hasTerminal in (bool[])[false, true])
            {
                await task.ExecAsync(new()
                {
                    Id = id, ExecId = $"e{hasTerminal}", Stdin = input, Terminal = hasTerminal,
                    Spec = new() { Value = Google.Protobuf.ByteString.CopyFromUtf8(Reader) },
                });
                await task.StartAsync(new() { Id = id, ExecId = $"e{hasTerminal}" });
            }
        }
        // The client has gone, and its execs with it as far as it knows.
        await Host.RemoveAsync(id);
        await Eventually.True(() => ProcessTable.Descriptors(init.Parent) == descriptors, "nothing of them is open");
        await Host.ExpectRestAndRemoveAsync(init.Parent, keeper);
    }

    private static CallOptions In(int seconds) => new(deadline: DateTime.UtcNow.AddSeconds(seconds));
}
