using Pods.TestKit;

namespace Pods.Shim.EndToEnd.Tests;

public abstract class TaskTests(ShimHost host)
{
    [SkippableFact]
    public async Task Exec_prints_both_streams_and_answers_with_the_exit_code()
    {
        await host.StartAsync();
        string id = Unique.Id("exec");
        ProcessEntry init = await host.RunDetachedAsync(id);
        CommandResult exec = await host.ExecAsync(id, "sh", "-c", "echo out; echo err >&2; exit 3");
        Assert.Equal(("out\n", "err\n", 3), (exec.Output, exec.Error, exec.ExitCode));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Terminal_exec_has_a_terminal_of_its_own()
    {
        await host.StartAsync();
        Requires.Programs("script");
        string id = Unique.Id("exect");
        ProcessEntry init = await host.RunDetachedAsync(id);
        int descriptors = await ProcessTable.DescriptorsAtRestAsync(init.Parent);
        string ctr = $"ctr --address {host.Daemon.Address} -n k8s.io";
        CommandResult exec = await Command.RunAsync("script",
            ["-qec", $"{ctr} task exec -t --exec-id {Unique.Id("e")} {id} sh -c 'tty; exit 6'", "/dev/null"]);
        Assert.Equal(6, exec.ExitCode);
        Assert.Contains("/dev/pts/", exec.Output);
        await Eventually.True(() => ProcessTable.Descriptors(init.Parent) == descriptors, "the terminal's descriptors are closed");
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Exec_of_a_missing_program_fails_with_the_reason_and_the_container_goes_on()
    {
        await host.StartAsync();
        string id = Unique.Id("execf");
        ProcessEntry init = await host.RunDetachedAsync(id);
        CommandResult exec = await host.ExecAsync(id, "/no/such/program");
        Assert.NotEqual(0, exec.ExitCode);
        Assert.Contains("no such file or directory", exec.Error);
        Assert.Equal("RUNNING", await host.StatusAsync(id));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Pause_stops_every_process_and_resume_lets_them_go_on()
    {
        await host.StartAsync();
        string id = Unique.Id("pause");
        ProcessEntry init = await host.RunDetachedAsync(id);
        (await host.CtrAsync("task", "pause", id)).Succeeded();
        Assert.Equal("PAUSED", await host.StatusAsync(id));
        Assert.NotEqual(0, (await host.ExecAsync(id, "true")).ExitCode);
        (await host.CtrAsync("task", "resume", id)).Succeeded();
        Assert.Equal("RUNNING", await host.StatusAsync(id));
        Assert.Equal(0, (await host.ExecAsync(id, "true")).ExitCode);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kill_ends_a_paused_container(bool all)
    {
        await host.StartAsync();
        string id = Unique.Id("frozen");
        await host.RunDetachedAsync(id);
        (await host.CtrAsync("task", "pause", id)).Succeeded();
        if (all)
        {
            (await host.CtrAsync("task", "kill", "--all", "-s", "KILL", id)).Succeeded();
            await Eventually.True(async () => await host.StatusAsync(id) == "STOPPED", "it has ended");
        }
        await host.RemoveAsync(id);
        await host.ExpectNothingLeftAsync();
    }

    /// <summary>By somebody else than the shim, as by the kernel for want of memory: cgroup v2 stays frozen then, with nobody in it.</summary>
    [SkippableFact]
    public async Task Paused_container_that_somebody_kills_can_be_removed()
    {
        Skip.IfNot(File.Exists("/sys/fs/cgroup/cgroup.controllers"), "cgroup v1 keeps a killed process until it is thawed");
        await host.StartAsync();
        string id = Unique.Id("frozen");
        ProcessEntry init = await host.RunDetachedAsync(id);
        (await host.CtrAsync("task", "pause", id)).Succeeded();

        Native.Kill(init.Pid);

        await Eventually.True(async () => await host.StatusAsync(id) == "STOPPED", "it has ended");
        await host.RemoveAsync(id);
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Signal_reaches_the_process_and_a_second_kill_finds_none()
    {
        await host.StartAsync();
        string id = Unique.Id("kill");
        await host.RunDetachedAsync(id, null, "sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.1; done");
        await Eventually.True(async () =>
        {
            await host.CtrAsync("task", "kill", "-s", "TERM", id);
            return await host.StatusAsync(id) == "STOPPED";
        }, "the process has handled the signal");
        CommandResult again = await host.CtrAsync("task", "kill", "-s", "TERM", id);
        Assert.Contains("process already finished", again.Error);
        (await host.CtrAsync("task", "kill", "--all", "-s", "TERM", id)).Succeeded();
        Assert.Contains("9", (await host.CtrAsync("task", "rm", id)).Error);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }

    [SkippableFact]
    public async Task Processes_are_listed_with_those_below_init()
    {
        await host.StartAsync();
        string id = Unique.Id("ps");
        ProcessEntry init = await host.RunDetachedAsync(id, null, "sh", "-c", "sleep 1000 & sleep 1000 & wait");
        await Eventually.True(() => ProcessTable.ChildrenOf(init.Pid).Count() == 2, "both children run");
        int[] expected = [.. ProcessTable.ChildrenOf(init.Pid).Select(p => p.Pid).Append(init.Pid).Order()];
        string table = (await host.CtrAsync("task", "ps", id)).Succeeded().Output;
        Assert.Equal(expected, table.Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => int.Parse(l.Split(' ')[0])));
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Metrics_show_what_the_container_uses()
    {
        await host.StartAsync();
        string id = Unique.Id("stat");
        ProcessEntry init = await host.RunDetachedAsync(id);
        string metrics = (await host.CtrAsync("task", "metrics", id)).Succeeded().Output;
        bool isUnified = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        Assert.Matches(isUnified ? @"\nmemory\.usage +[1-9]" : @"\nmemory\.usage_in_bytes +[1-9]", metrics);
        Assert.Matches(isUnified ? @"\ncpu\.usage_usec +[1-9]" : @"\ncpuacct\.usage +[1-9]", metrics);
        await host.ExpectRestAndRemoveAsync(init.Parent, id);
    }

    [SkippableFact]
    public async Task Client_that_attaches_later_learns_the_exit()
    {
        await host.StartAsync();
        string id = Unique.Id("attach");
        await host.RunDetachedAsync(id, null, "sh", "-c", "sleep 1; exit 4");
        CommandResult attached = await host.CtrAsync("task", "attach", id);
        Assert.Equal(4, attached.ExitCode);
        await host.CtrAsync("task", "rm", id);
        (await host.CtrAsync("containers", "rm", id)).Succeeded();
        await host.ExpectNothingLeftAsync();
    }
}
