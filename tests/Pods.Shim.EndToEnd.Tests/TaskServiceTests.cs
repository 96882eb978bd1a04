using Containerd.Runc.V1;
using Containerd.Task.V3;
using Google.Protobuf;
using Grpc.Core;
using Pods.Containerd;
using Pods.TestKit;
using Pods.Ttrpc;
using Status = Containerd.V1.Types.Status;
using Task = System.Threading.Tasks.Task;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>What the daemon's calls are answered, asked of the shim itself.</summary>
public sealed class TaskServiceTests(Installed.Host host) : IClassFixture<Installed.Host>
{
    private const long GosZeroTime = -62135596800;
    private const string EatMemory = """{"args":["sh","-c","x=a; while :; do x=$x$x; done"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    [SkippableFact]
    public async Task Exec_is_only_registered_until_it_is_started()
    {
        await host.StartAsync();
        string id = Unique.Id("register");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await task.ExecAsync(Exec(id, "e", "true"));
        Assert.Empty(ProcessTable.ChildrenOf(init.Pid));
        StateResponse state = await task.StateAsync(new() { Id = id, ExecId = "e" });
        Assert.Equal((Status.Created, 0u, "e", "e"), (state.Status, state.Pid, state.Id, state.ExecId));
        Assert.Equal(StatusCode.AlreadyExists, await CodeAsync(task.ExecAsync(Exec(id, "e", "true"))));
        Assert.Equal(StatusCode.InvalidArgument, await CodeAsync(task.ExecAsync(Exec(id, "../e", "true"))));
        Assert.Equal(StatusCode.FailedPrecondition, await CodeAsync(task.KillAsync(new() { Id = id, ExecId = "e", Signal = 15 })));
        DeleteResponse never = await task.DeleteAsync(new() { Id = id, ExecId = "e" });
        Assert.Equal((0u, 0u), (never.Pid, never.ExitStatus));
        Assert.Equal(StatusCode.NotFound, await CodeAsync(task.StartAsync(new() { Id = id, ExecId = "e" })));

        await task.PauseAsync(new() { Id = id });
        Assert.Equal(StatusCode.FailedPrecondition, await CodeAsync(task.ExecAsync(Exec(id, "late", "true"))));
        await task.ResumeAsync(new() { Id = id });
        await task.KillAsync(new() { Id = id, Signal = 9 });
        await task.WaitAsync(new WaitRequest { Id = id });
        Assert.Equal(StatusCode.FailedPrecondition, await CodeAsync(task.ExecAsync(Exec(id, "late", "true"))));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Every_waiter_hears_the_exit_and_later_ones_hear_it_at_once()
    {
        await host.StartAsync();
        string id = Unique.Id("wait");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        Task<WaitResponse>[] waiters = [.. Enumerable.Range(0, 16).Select(_ => task.WaitAsync(new WaitRequest { Id = id }).ResponseAsync)];
        // One that gives up takes none of the others along.
        Assert.Equal(StatusCode.DeadlineExceeded,
            await CodeAsync(task.WaitAsync(new WaitRequest { Id = id }, new(deadline: DateTime.UtcNow.AddMilliseconds(50)))));
        Assert.Equal(GosZeroTime, (await task.StateAsync(new() { Id = id })).ExitedAt.Seconds);
        await task.KillAsync(new() { Id = id, Signal = 9 });
        WaitResponse exit = await waiters[0];
        // What a waiter knows, State shows.
        StateResponse state = await task.StateAsync(new() { Id = id });
        Assert.Equal((Status.Stopped, 137u, exit.ExitedAt), (state.Status, state.ExitStatus, state.ExitedAt));
        Assert.All(await Task.WhenAll(waiters), heard => Assert.Equal(exit, heard));
        Assert.Equal(exit, await task.WaitAsync(new WaitRequest { Id = id }));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Connect_is_answered_for_a_container_that_is_here_and_for_one_that_is_not()
    {
        await host.StartAsync();
        string id = Unique.Id("connect");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        ConnectResponse known = await task.ConnectAsync(new() { Id = id }), unknown = await task.ConnectAsync(new() { Id = "nobody" });
        Assert.Equal(((uint)init.Parent, (uint)init.Pid), (known.ShimPid, known.TaskPid));
        Assert.Equal(((uint)init.Parent, 0u), (unknown.ShimPid, unknown.TaskPid));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Types_are_named_as_the_daemon_looks_them_up()
    {
        await host.StartAsync();
        string id = Unique.Id("types");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await task.ExecAsync(Exec(id, "e", "sleep", "1000"));
        uint pid = (await task.StartAsync(new() { Id = id, ExecId = "e" })).Pid;
        bool isUnified = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        Assert.Equal(isUnified ? "io.containerd.cgroups.v2.Metrics" : "io.containerd.cgroups.v1.Metrics",
            (await task.StatsAsync(new() { Id = id })).Stats.TypeUrl);
        Google.Protobuf.WellKnownTypes.Any info = (await task.PidsAsync(new() { Id = id })).Processes.Single(p => p.Pid == pid).Info;
        Assert.Equal("containerd.runc.v1.ProcessDetails", info.TypeUrl);
        Assert.Equal("e", ProcessDetails.Parser.ParseFrom(info.Value).ExecId);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Cgroup_is_the_one_that_the_kernel_names_whatever_the_spec_says()
    {
        await host.StartAsync();
        string id = Unique.Id("slice");
        // With the cgroupfs driver runc takes a name of systemd's form for a relative path.
        ProcessEntry init = await host.RunDetachedAsync(id, ["--cgroup", $"pods.slice:cri-containerd:{id}"]);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        Assert.Contains(id, await File.ReadAllTextAsync($"/proc/{init.Pid}/cgroup"));
        Assert.Equal((uint)init.Pid, (await task.PidsAsync(new() { Id = id })).Processes.Single().Pid);
        Assert.NotEmpty((await task.StatsAsync(new() { Id = id })).Stats.Value);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
        await Leftovers.ExpectNoneAsync(id);
    }

    [SkippableFact]
    public async Task Memory_kill_is_told_of_a_container_that_was_created_and_not_started()
    {
        await host.StartAsync();
        string id = Unique.Id("early");
        await using EventListener events = await EventListener.StartAsync(host.Daemon);
        await using ContainerdClient client = ContainerdClient.Connect(host.Daemon.Address, "k8s.io");
        CancellationToken none = CancellationToken.None;
        (await host.CtrAsync("containers", "create", "--runtime", ShimHost.Runtime, "--memory-limit", "67108864", ShimHost.Image, id, "sleep", "1000"))
            .Succeeded();
        int pid = await client.Tasks.CreateAsync(new() { ContainerId = id, Rootfs = (await client.Snapshots().MountsAsync(id, none))! }, none);
        string bundle = Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
        Assert.Equal(pid.ToString(), await File.ReadAllTextAsync(Path.Combine(bundle, "init.pid")));
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await task.ExecAsync(new() { Id = id, ExecId = "e", Spec = new() { Value = ByteString.CopyFromUtf8(EatMemory) } });
        await task.StartAsync(new() { Id = id, ExecId = "e" });
        Assert.Equal(137u, (await task.WaitAsync(new WaitRequest { Id = id, ExecId = "e" })).ExitStatus);
        await Eventually.True(() => events.Topics(id).Contains("/tasks/exit"), "the exit is told");
        Assert.Equal(["/tasks/create", "/tasks/exec-added", "/tasks/exec-started", "/tasks/oom", "/tasks/exit"], events.Topics(id));
        (await host.CtrAsync("task", "rm", "-f", id)).Succeeded();
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Bundle_has_the_files_by_which_a_later_shim_cleans_up()
    {
        await host.StartAsync();
        string id = Unique.Id("bundle");
        ProcessEntry init = await host.RunDetachedAsync(id);
        string bundle = Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id);
        Assert.Equal("runc", await File.ReadAllTextAsync(Path.Combine(bundle, "runtime")));
        Assert.StartsWith("{", await File.ReadAllTextAsync(Path.Combine(bundle, "options.json")));
        Assert.Equal(init.Pid.ToString(), await File.ReadAllTextAsync(Path.Combine(bundle, "init.pid")));
        foreach (string file in (string[])["runtime", "options.json"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(bundle, file)));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    private static ExecProcessRequest Exec(string id, string execId, params string[] command)
    {
        string arguments = string.Join(",", command.Select(word => $"\"{word}\""));
        string process = $$$"""{"args":[{{{arguments}}}],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";
        return new() { Id = id, ExecId = execId, Spec = new() { Value = ByteString.CopyFromUtf8(process) } };
    }

    private static async Task<StatusCode> CodeAsync<T>(AsyncUnaryCall<T> call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode;
}
