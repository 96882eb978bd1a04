using Pods.TestKit;

// A child holds copies of all its parent's descriptors between its fork and its exec: of a test beside it too, whose listener would seem
// to be alive and whose pipe would not end.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pods.Linux.Tests;

// All tests in this assembly share one process and so one reaper.
public static class TestChildren
{
    public static readonly Children Reaper = Children.BecomeSubreaper();
}

public sealed class ChildrenTests
{
    [Theory]
    [InlineData("exit 0", 0, 0)]
    [InlineData("exit 7", 7, 0)]
    [InlineData("kill -TERM $$", 143, 15)]
    [InlineData("kill -KILL $$", 137, 9)]
    public async Task Exit_of_a_child_has_its_code_or_its_signal(string script, int status, int signal)
    {
        Exit exit = await Start(script).Exited;

        Assert.Equal((status, signal), (exit.Status, exit.Signal));
        Assert.True(exit.At > DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public async Task Exits_of_many_children_at_once_all_arrive()
    {
        Child[] children = [.. Enumerable.Range(0, 300).Select(number => Start($"exit {number % 256}"))];

        Exit[] exits = await Task.WhenAll(children.Select(child => child.Exited));

        Assert.Equal(Enumerable.Range(0, 300).Select(number => number % 256), exits.Select(exit => exit.Status));
    }

    [Fact]
    public async Task Orphan_that_has_ended_before_it_is_claimed_is_not_lost()
    {
        using var scratch = new ScratchDirectory();
        string pidFile = scratch.File("pid");
        using OrphanWatch births = TestChildren.Reaper.ExpectOrphans();
        // The inner shell is the child of a process that ends at once, as a container's init is.
        await Start($"(exec sh -c 'echo $$ > {pidFile}; exit 9') & exit 0").Exited;
        int pid = await ReadPid(pidFile);
        await Eventually.True(() => !RunningProcesses.Exists(pid), "the orphan is reaped");

        Exit exit = await births.Claim(pid);

        Assert.Equal(9, exit.Status);
    }

    [Fact]
    public async Task Orphan_that_still_runs_is_waited_for()
    {
        using var scratch = new ScratchDirectory();
        string pidFile = scratch.File("pid");
        Task<Exit> exited;
        using (OrphanWatch births = TestChildren.Reaper.ExpectOrphans())
        {
            await Start($"(exec sh -c 'echo $$ > {pidFile}; exec sleep 60') & exit 0").Exited;
            exited = births.Claim(await ReadPid(pidFile));
        }
        Assert.False(exited.IsCompleted);

        Signals.Send(int.Parse(File.ReadAllText(pidFile)), Signals.SIGTERM);

        Assert.Equal(15, (await exited).Signal);
    }

    [Fact]
    public async Task Orphan_nobody_asks_for_is_reaped()
    {
        using var scratch = new ScratchDirectory();
        string pidFile = scratch.File("pid");
        await Start($"(exec sh -c 'echo $$ > {pidFile}') & exit 0").Exited;
        int pid = await ReadPid(pidFile);

        await Eventually.True(() => !RunningProcesses.Exists(pid), "no zombie stays");
    }

    [Fact]
    public async Task Signal_through_a_pid_fd_reaches_the_process_until_it_is_gone()
    {
        Child child = Start("exec sleep 60");
        using PidFd process = PidFd.Open(child.Pid);
        Assert.False(process.HasExited);

        Assert.True(process.TrySignal(Signals.SIGKILL));
        await child.Exited;

        Assert.True(process.HasExited);
        Assert.False(process.TrySignal(Signals.SIGKILL));
        Assert.Null(PidFd.TryOpen(child.Pid));
    }

    [Fact]
    public async Task Leader_that_is_gone_has_no_pid_fd_though_its_session_keeps_its_number()
    {
        using var scratch = new ScratchDirectory();
        string pidFile = scratch.File("pid");
        Child leader = Start($"exec setsid sh -c 'sleep 60 & echo $! > {pidFile}'");
        await leader.Exited;
        int left = await ReadPid(pidFile);

        Assert.Null(PidFd.TryOpen(leader.Pid));
        Assert.Equal(Errno.ESRCH, Assert.Throws<LinuxException>(() => PidFd.Open(leader.Pid)).Errno);
        Signals.Send(left, Signals.SIGKILL);
    }

    private static Child Start(string script) =>
        TestChildren.Reaper.Spawn(new SpawnRequest { File = "/bin/sh", Arguments = ["sh", "-c", script] });

    private static async Task<int> ReadPid(string file) =>
        int.Parse(await Eventually.Get(() => File.Exists(file) && File.ReadAllText(file) is { Length: > 1 } text ? text : null, "pid file"));
}
