using Containerd.Task.V3;
using Grpc.Core;
using Pods.TestKit;
using Pods.Ttrpc;
using Task = System.Threading.Tasks.Task;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim.EndToEnd.Tests;

/// <summary>What clients change on a container that runs: limits, pauses, terminals, input.</summary>
public sealed class ChangeTests(Installed.Host host) : IClassFixture<Installed.Host>
{
    [SkippableFact]
    public async Task Update_sets_the_limit_that_it_names()
    {
        await host.StartAsync();
        string id = Unique.Id("update");
        ProcessEntry init = await host.RunDetachedAsync(id, ["--memory-limit", "67108864"]);
        (await host.CtrAsync("task", "metrics", id)).Succeeded();
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await task.UpdateAsync(new() { Id = id, Resources = Json("""{"memory":{"limit":50331648}}""") });
        Assert.Contains("50331648", (await host.CtrAsync("task", "metrics", id)).Succeeded().Output);

        await task.KillAsync(new() { Id = id, Signal = 9 });
        await task.WaitAsync(new WaitRequest { Id = id });
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await task.UpdateAsync(new() { Id = id, Resources = Json("{}") }));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Pause_and_resume_are_told_and_refused_where_they_make_no_sense()
    {
        await host.StartAsync();
        string id = Unique.Id("pause");
        await using EventListener events = await EventListener.StartAsync(host.Daemon);
        ProcessEntry init = await host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        await ExpectRefusalAsync(async () => await task.ResumeAsync(new() { Id = id }));
        await task.PauseAsync(new() { Id = id });
        await ExpectRefusalAsync(async () => await task.PauseAsync(new() { Id = id }));
        await task.ResumeAsync(new() { Id = id });
        await Eventually.True(() => events.Topics(id).Contains("/tasks/resumed"), "the resumption is told");
        Assert.Equal(["/tasks/create", "/tasks/start", "/tasks/paused", "/tasks/resumed"], events.Topics(id));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Terminal_has_the_size_that_it_was_given()
    {
        await host.StartAsync();
        string id = Unique.Id("size");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        using ScratchDirectory scratch = new();
        string output = scratch.File("out");
        await task.ExecAsync(new()
        {
            Id = id, ExecId = "tty", Terminal = true, Stdout = $"file://{output}",
            Spec = Json("""{"args":["sh","-c","trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.1; done"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}"""),
        });
        await task.StartAsync(new() { Id = id, ExecId = "tty" });
        await Eventually.True(() => File.ReadAllText(output).Contains("ready"), "the process waits for the signal");
        await task.ResizePtyAsync(new() { Id = id, ExecId = "tty", Width = 91, Height = 37 });
        await task.WaitAsync(new WaitRequest { Id = id, ExecId = "tty" });
        await task.DeleteAsync(new() { Id = id, ExecId = "tty" });
        Assert.Contains("37 91", File.ReadAllText(output));
        // Without a terminal there is nothing to resize, and nobody minds.
        await task.ResizePtyAsync(new() { Id = id, Width = 10, Height = 10 });
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Input_ends_when_client_and_shim_have_closed_it()
    {
        await host.StartAsync();
        string id = Unique.Id("stdin");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await using TtrpcChannel channel = await host.ConnectAsync(id);
        TaskApi.TaskClient task = new(channel.CreateCallInvoker());
        using ScratchDirectory scratch = new();
        string input = scratch.File("in"), output = scratch.File("out");
        (await Command.RunAsync("mkfifo", [input])).Succeeded();
        await task.ExecAsync(new()
        {
            Id = id, ExecId = "cat", Stdin = input, Stdout = $"file://{output}",
            Spec = Json("""{"args":["cat"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}"""),
        });
        await task.StartAsync(new() { Id = id, ExecId = "cat" });
        foreach (string text in (string[])["one", "two"])
        {
            // Each writer closes the fifo after it, and that is not the end.
            (await Command.RunAsync("sh", ["-c", $"echo {text} > {input}"])).Succeeded();
            await Eventually.True(() => File.ReadAllText(output).Contains(text), "the process has read it");
        }
        await task.CloseIOAsync(new() { Id = id, ExecId = "cat", Stdin = true });
        Assert.Equal(0u, (await task.WaitAsync(new WaitRequest { Id = id, ExecId = "cat" })).ExitStatus);
        await task.DeleteAsync(new() { Id = id, ExecId = "cat" });
        Assert.Equal("one\ntwo\n", File.ReadAllText(output));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    private static Google.Protobuf.WellKnownTypes.Any Json(string text) => new() { Value = Google.Protobuf.ByteString.CopyFromUtf8(text) };

    private static async Task ExpectRefusalAsync(Func<Task> call) =>
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
}
