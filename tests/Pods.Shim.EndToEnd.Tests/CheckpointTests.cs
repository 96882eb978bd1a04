using Containerd.Runc.V1;
using Containerd.Task.V3;
using Grpc.Core;
using Pods.TestKit;
using Pods.Ttrpc;
using Status = Containerd.V1.Types.Status;
using Task = System.Threading.Tasks.Task;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.EndToEnd.Tests;

public sealed class CheckpointTests : FakeRuncTests
{
    [SkippableFact]
    public async Task Client_checkpoints_a_container_and_restores_another_from_it()
    {
        await StartAsync();
        string id = Unique.Id("ckp"), again = Unique.Id("again"), image = $"test.local/{id}:1";
        await using EventListener events = await EventListener.StartAsync(Host.Daemon);
        ProcessEntry init = await Host.RunDetachedAsync(id);
        (await Host.CtrAsync("containers", "checkpoint", "--image", "--task", id, image)).Succeeded();
        Assert.Equal("RUNNING", await Host.StatusAsync(id));
        Assert.Contains("/tasks/checkpointed", events.Topics(id));
        await Host.ExpectRestAndRemoveAsync(init.Parent, id);

        (await Host.CtrAsync("containers", "restore", "--live", again, image)).Succeeded();
        ProcessEntry restored = ProcessTable.Find(await Host.PidAsync(again))!;
        Assert.Equal("RUNNING", await Host.StatusAsync(again));
        Assert.Equal(0, (await Host.ExecAsync(again, "true")).ExitCode);
        Assert.Equal(["/tasks/create", "/tasks/start"], events.Topics(again).Take(2));
        await Host.ExpectRestAndRemoveAsync(restored.Parent, again);
    }

    [SkippableFact]
    public async Task Checkpoint_passes_each_of_its_options_on()
    {
        await StartAsync();
        string id = Unique.Id("opts");
        ProcessEntry init = await Host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await Host.ConnectAsync(id);
        CheckpointOptions options = new()
        {
            OpenTcp = true, ExternalUnixSockets = true, Terminal = true, FileLocks = true, EmptyNamespaces = { "network" }, CgroupsMode = "soft",
            WorkPath = Scratch.File("work"), Exit = true,
        };
        string image = Scratch.File("image");
        await new TaskApi.TaskClient(channel.CreateCallInvoker()).CheckpointAsync(
            new() { Id = id, Path = image, Options = Any("containerd.runc.v1.CheckpointOptions", options) });
        Assert.EndsWith(
            $"checkpoint --image-path {image} --work-path {Scratch.File("work")} --tcp-established --ext-unix-sk --shell-job --file-locks "
                + $"--empty-ns network --manage-cgroups-mode soft {id}\n",
            File.ReadAllText(Path.Combine(image, "arguments")));
        await Host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Checkpoint_that_fails_says_what_criu_said_and_the_container_goes_on()
    {
        await StartAsync();
        string id = Unique.Id("fail");
        ProcessEntry init = await Host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await Host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        RpcException failed = await Assert.ThrowsAsync<RpcException>(async () =>
            await task.CheckpointAsync(new() { Id = id, Path = Scratch.File("fail") }));
        Assert.Equal(StatusCode.Unknown, failed.StatusCode);
        Assert.Contains("criu failed: type NOTIFY errno 0", failed.Status.Detail);
        Assert.Contains("no such luck", failed.Status.Detail);
        Assert.True(File.Exists(Path.Combine(Host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id, "criu-dump.log")));
        Assert.Equal("RUNNING", await Host.StatusAsync(id));
        await Host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Restore_that_fails_says_why_and_its_container_can_be_deleted()
    {
        await StartAsync();
        string id = Unique.Id("norest"), bad = Unique.Id("bad");
        ProcessEntry init = await Host.RunDetachedAsync(id, ["--annotation", $"io.containerd.runc.v2.group={id}"]);
        await using TtrpcChannel channel = await Host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        string bundle = Scratch.File("bundle");
        Directory.CreateDirectory(bundle);
        File.Copy(Path.Combine(Host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id, "config.json"), Path.Combine(bundle, "config.json"));

        // No process yet, and nothing that only a process could do.
        Assert.Equal(0u, (await task.CreateAsync(new() { Id = bad, Bundle = bundle, Checkpoint = Scratch.File("nothing") })).Pid);
        Assert.Equal(Status.Created, (await task.StateAsync(new() { Id = bad })).Status);
        Assert.Empty((await task.PidsAsync(new() { Id = bad })).Processes);
        await ExpectAsync(StatusCode.NotFound, async () => await task.KillAsync(new() { Id = bad, Signal = 9 }));
        await ExpectAsync(StatusCode.FailedPrecondition, async () => await task.CheckpointAsync(new() { Id = bad, Path = "/x" }));
        await ExpectAsync(StatusCode.FailedPrecondition, async () => await task.ExecAsync(new()
        {
            Id = bad, ExecId = "e", Spec = new() { Value = Google.Protobuf.ByteString.CopyFromUtf8("{}") },
        }));

        RpcException failed = await ExpectAsync(StatusCode.Unknown, async () => await task.StartAsync(new() { Id = bad }));
        Assert.Contains("OCI runtime restore failed: no image", failed.Status.Detail);
        Assert.Equal(255u, (await task.DeleteAsync(new() { Id = bad })).ExitStatus);
        // Never started, and deleted all the same; who waits hears of it.
        await task.CreateAsync(new() { Id = bad, Bundle = bundle, Checkpoint = Scratch.File("nothing") });
        Task<WaitResponse> waiting = task.WaitAsync(new WaitRequest { Id = bad }).ResponseAsync;
        await task.DeleteAsync(new() { Id = bad });
        Assert.Equal(0u, (await waiting).ExitStatus);
        await Host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    private static Google.Protobuf.WellKnownTypes.Any Any(string type, Google.Protobuf.IMessage message) =>
        new() { TypeUrl = type, Value = Google.Protobuf.MessageExtensions.ToByteString(message) };

    private static async Task<RpcException> ExpectAsync(StatusCode code, Func<Task> call)
    {
        RpcException refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(code, refused.StatusCode);
        return refused;
    }
}
