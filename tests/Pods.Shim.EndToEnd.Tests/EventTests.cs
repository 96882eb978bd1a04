using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public abstract class EventTests(ShimHost host)
{
    [SkippableFact]
    public async Task Events_of_a_container_are_told_in_the_order_of_its_life()
    {
        await host.StartAsync();
        string id = Unique.Id("events");
        await using EventListener events = await EventListener.StartAsync(host.Daemon);
        await host.RunDetachedAsync(id);
        Assert.Equal(0, (await host.ExecAsync(id, "true")).ExitCode);
        await host.RemoveAsync(id);
        await host.ExpectNothingLeftAsync();
        string[] expected =
        [
            "/tasks/create", "/tasks/start", "/tasks/exec-added", "/tasks/exec-started", "/tasks/exit", "/tasks/exit", "/tasks/delete",
        ];
        await Eventually.True(() => events.Topics(id).Contains("/tasks/delete"), "the deletion is told");
        Assert.Equal(expected, events.Topics(id));
    }

    [SkippableFact]
    public async Task Failed_create_is_told_to_nobody()
    {
        await host.StartAsync();
        string id = Unique.Id("silent");
        await using EventListener events = await EventListener.StartAsync(host.Daemon);
        Assert.NotEqual(0, (await host.RunAsync(id, "/no/such/program")).ExitCode);
        await host.ExpectNothingLeftAsync();
        Assert.DoesNotContain(events.Topics(id), t => t is "/tasks/create" or "/tasks/start");
    }

    [SkippableFact]
    public async Task Memory_kill_is_told_before_the_exit_it_causes()
    {
        await host.StartAsync();
        string id = Unique.Id("oom");
        await using EventListener events = await EventListener.StartAsync(host.Daemon);
        CommandResult run = await host.CtrAsync("run", "--rm", "--runtime", ShimHost.Runtime, "--memory-limit", "33554432",
            ShimHost.Image, id, "sh", "-c", "x=a; while :; do x=$x$x; done");
        Assert.Equal(137, run.ExitCode);
        await host.ExpectNothingLeftAsync();
        await Eventually.True(() => events.Topics(id).Contains("/tasks/delete"), "the deletion is told");
        Assert.Equal(["/tasks/create", "/tasks/start", "/tasks/oom", "/tasks/exit", "/tasks/delete"], events.Topics(id));
    }
}
