using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public abstract class CrashTests(ShimHost host)
{
    [SkippableFact]
    public async Task Container_survives_the_daemons_death_and_its_exit_is_learned_afterwards()
    {
        await host.StartAsync();
        string id = Unique.Id("away");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await host.Daemon.KillAsync();
        Assert.NotNull(ProcessTable.Find(init.Pid));
        await host.Daemon.StartAgainAsync();
        Assert.Equal("RUNNING", await host.StatusAsync(id));
        Assert.Equal(0, (await host.ExecAsync(id, "true")).ExitCode);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Exit_while_the_daemon_is_away_is_not_lost()
    {
        await host.StartAsync();
        string id = Unique.Id("lost");
        ProcessEntry init = await host.RunDetachedAsync(id);
        await host.Daemon.KillAsync();
        Native.Kill(init.Pid);
        await Eventually.True(() => ProcessTable.Find(init.Pid) is null, "the process is reaped");
        await host.Daemon.StartAgainAsync();
        // From 1.7 on containerd itself removes, when it comes back, a task that has no process any more; with any shim.
        string status = await host.StatusAsync(id);
        Assert.Equal(await ContainerdVersions.IsOneSixAsync(host.Version) ? "STOPPED" : "", status);
        if (status.Length > 0)
            Assert.Contains("137", (await host.CtrAsync("task", "rm", id)).Error);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Killed_shim_is_cleaned_up_after_by_delete()
    {
        await host.StartAsync();
        string id = Unique.Id("dead");
        ProcessEntry init = await host.RunDetachedAsync(id);
        Native.Kill(init.Parent);
        await Eventually.True(() => ProcessTable.Find(init.Pid) is null, "delete has ended the container's process");
        await Eventually.True(async () => await host.StatusAsync(id) is "" or "STOPPED" or "UNKNOWN", "the daemon has dropped the task");
        await host.CtrAsync("task", "rm", "-f", id);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Terminated_shim_ends_in_order_and_takes_its_socket_away()
    {
        await host.StartAsync();
        string id = Unique.Id("term");
        ProcessEntry init = await host.RunDetachedAsync(id);
        string address = await File.ReadAllTextAsync(Path.Combine(host.Daemon.State, "io.containerd.runtime.v2.task/k8s.io", id, "address"));
        string socket = address["unix://".Length..];
        Assert.True(File.Exists(socket));
        Native.Kill(init.Parent, "TERM");
        await Eventually.True(() => ProcessTable.Find(init.Parent) is null, "the shim has ended");
        Assert.False(File.Exists(socket));
        await Eventually.True(() => ProcessTable.Find(init.Pid) is null, "delete has ended the container's process");
        await host.CtrAsync("task", "rm", "-f", id);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }
}
