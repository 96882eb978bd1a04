using Pods.Linux;
using Pods.TestKit;

namespace Pods.Shim.Tests;

// A program that was just written cannot be run while another test's child, on its way to exec, holds it open.
[Collection("spawning")]
public sealed class OomWatcherTests : IDisposable
{
    private readonly EventLoop _events = EventLoop.Start();
    private readonly OomAccount _account = new();
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
        Assert.Null(OomWatcher.TryWatch(Cgroup.At(_path), _events, _account, () => { }));
    }

    [SkippableFact]
    public async Task Kill_is_known_though_the_cgroup_was_removed_before_anybody_asked()
    {
        RequiresUnified();
        OomWatcher watcher = WatchBelow("scope", out Func<int> told);
        _account.Open(Below("scope"));
        watcher.Dispose();   // nobody reads the notice

        Exit exit = await Start("exec tail /dev/zero", Below("scope").Path).Exited;
        Below("scope").Remove();

        Assert.False(watcher.CheckNow());
        Assert.True(watcher.CheckNow(ended: (uint)exit.Status));
        Assert.False(watcher.CheckNow(ended: 137));
        Assert.Equal((137, 1), (exit.Status, told()));
    }

    [SkippableFact]
    public async Task Kill_of_a_sibling_is_not_taken_for_the_reason_of_a_later_end()
    {
        RequiresUnified();
        OomWatcher sandbox = WatchBelow("sandbox", out _);
        _account.Open(Below("sandbox"));
        OomWatcher hog = WatchBelow("hog", out Func<int> toldOfHog), tidy = WatchBelow("tidy", out Func<int> toldOfTidy);

        await Start("exec tail /dev/zero", Below("hog").Path).Exited;
        Below("tidy").Remove();
        Assert.False(tidy.CheckNow(ended: 137));
        hog.CheckNow(ended: 137);
        Assert.Equal((1, 0), (toldOfHog(), toldOfTidy()));

        // Nor of one that has been deleted since.
        await Start("exec tail /dev/zero", Below("hog").Path).Exited;
        hog.Dispose();
        Below("hog").Remove();
        Below("sandbox").Remove();
        Assert.False(sandbox.CheckNow(ended: 137));
    }

    [SkippableFact]
    public async Task Kills_around_a_sandbox_that_is_not_alone_there_are_nobody_s()
    {
        RequiresUnified();
        OomWatcher watcher = WatchBelow("scope", out _);
        Cgroup.Create(Below("other").Path).Limit(new CgroupLimits { MemoryBytes = 16 << 20 });
        _account.Open(Below("scope"));

        await Start("exec tail /dev/zero", Below("other").Path).Exited;
        Below("scope").Remove();

        Assert.False(watcher.CheckNow(ended: 137));
    }

    private static void RequiresUnified()
    {
        Requires.Root();
        Skip.IfNot(Cgroup.Mode == CgroupMode.Unified, "cgroup v1 counts only where the process was");
    }

    private Cgroup Below(string name) => Cgroup.At($"{_path}/{name}");

    private OomWatcher WatchBelow(string name, out Func<int> told) => Watch(Below(name).Path, out told);

    private OomWatcher Watch(out Func<int> told) => Watch(_path, out told);

    private OomWatcher Watch(string path, out Func<int> told)
    {
        Requires.Root();
        Cgroup cgroup = Cgroup.Create(path);
        cgroup.Limit(new CgroupLimits { MemoryBytes = 16 << 20 });
        int count = 0;
        told = () => Volatile.Read(ref count);
        return OomWatcher.TryWatch(cgroup, _events, _account, () => Interlocked.Increment(ref count))!;
    }

    private Child Start(string script) => Start(script, _path);

    private static Child Start(string script, string path) => TestReaper.Children.Spawn(new SpawnRequest
    {
        // The cgroup first, and then what fills it.
        File = "/bin/sh",
        Arguments = ["sh", "-c", $"echo $$ > {Cgroup.At(path).Directory("memory")}/cgroup.procs; {script}"],
    });
}
