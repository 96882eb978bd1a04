using Pods.Linux;
using Pods.TestKit;

namespace Pods.Shim.Tests;

// A program that was just written cannot be run while another test's child, on its way to exec, holds it open.
[Collection("spawning")]
public sealed class OomWatcherTests : IDisposable
{
    private readonly EventLoop _events = EventLoop.Start();
    private readonly string _path = "/" + Unique.Id("pods-oom");

    public void Dispose()
    {
        Cgroup.At(_path).Kill();
        Cgroup.At(_path).Remove();
        _events.Dispose();
    }

    [SkippableFact]
    public async Task Kill_of_a_child_is_told_while_the_container_lives()
    {
        using OomWatcher watcher = Watch(out Func<int> told);
        Child container = Start("sh -c 'tail /dev/zero'; exec sleep 60");

        await Eventually.True(() => told() == 1, "the kill is told");

        Assert.True(RunningProcesses.Exists(container.Pid));
        Assert.False(watcher.CheckNow());
    }

    [SkippableFact]
    public async Task Kill_of_the_container_is_known_when_it_has_been_reaped()
    {
        using OomWatcher watcher = Watch(out Func<int> told);

        Exit exit = await Start("exec tail /dev/zero").Exited;
        watcher.CheckNow();

        Assert.Equal((137, 1), (exit.Status, told()));
    }

    [SkippableFact]
    public async Task Watch_ends_with_the_cgroup_and_tells_nothing()
    {
        using OomWatcher watcher = Watch(out Func<int> told);

        Cgroup.At(_path).Remove();
        // Version 2 wakes nobody who waits for the events of a cgroup that is removed: the container's end is what ends the watch.
        if (Cgroup.Mode == CgroupMode.Unified)
            watcher.Dispose();

        await watcher.Watching.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, told());
        Assert.Null(OomWatcher.TryWatch(Cgroup.At(_path), _events, () => { }));
    }

    private OomWatcher Watch(out Func<int> told)
    {
        Requires.Root();
        Cgroup cgroup = Cgroup.Create(_path);
        cgroup.Limit(new CgroupLimits { MemoryBytes = 16 << 20 });
        int count = 0;
        told = () => Volatile.Read(ref count);
        return OomWatcher.TryWatch(cgroup, _events, () => Interlocked.Increment(ref count))!;
    }

    private Child Start(string script) => TestReaper.Children.Spawn(new SpawnRequest
    {
        // The cgroup first, and then what fills it.
        File = "/bin/sh",
        Arguments = ["sh", "-c", $"echo $$ > {Cgroup.At(_path).Directory("memory")}/cgroup.procs; {script}"],
    });
}
