using Pods.TestKit;

namespace Pods.Linux.Tests;

public sealed class CgroupTests : IDisposable
{
    private readonly string _path = "/" + Unique.Id("pods-linux");

    public void Dispose()
    {
        Cgroup.At(_path).Kill();
        Cgroup.At(_path).Remove();
    }

    [SkippableFact]
    public async Task Process_is_found_in_the_cgroup_it_was_put_into()
    {
        Requires.Root();
        Cgroup pod = Cgroup.Create(_path);
        Cgroup inner = Cgroup.Create(_path + "/container");
        Child child = Sleeper();

        inner.Add(child.Pid);

        Assert.Equal(_path + "/container", Cgroup.OfProcess(child.Pid)!.Path);
        Assert.Equal([child.Pid], pod.Processes());
        Assert.True(Cgroup.OfProcess(child.Pid)!.Exists);
        pod.Kill();
        Assert.Equal(137, (await child.Exited).Status);
        Assert.Null(Cgroup.OfProcess(child.Pid));
        pod.Remove();
        Assert.False(pod.Exists);
        Assert.Empty(pod.Processes());
    }

    [SkippableFact]
    public void Process_joins_a_cgroup_where_it_was_made_and_needs_one_at_least()
    {
        Requires.Root();
        Skip.If(Cgroup.Mode == CgroupMode.Unified, "there is one hierarchy only");
        string directory = CgroupTree.Mounted.First(tree => tree.Controllers.Contains("memory")).DirectoryOf(_path);
        Child child = Sleeper();
        Assert.Throws<LinuxException>(() => Cgroup.At(_path).Add(child.Pid));

        Directory.CreateDirectory(directory);
        Cgroup.At(_path).Add(child.Pid);

        Assert.Equal($"{child.Pid}\n", File.ReadAllText(Path.Combine(directory, "cgroup.procs")));
    }

    // systemd removes an empty scope while the shim ends what may be left in it.
    [SkippableFact]
    public async Task Cgroup_that_goes_away_while_it_is_written_to_is_no_error()
    {
        Requires.Root();
        for (int round = 0; round < 200; round++)
        {
            Cgroup cgroup = Cgroup.Create(_path);
            using Barrier start = new(2);
            Task remover = Task.Run(() =>
            {
                start.SignalAndWait();
                cgroup.Remove();
            });
            start.SignalAndWait();

            while (cgroup.TryWrite("pids", "pids.max", "100"))
                cgroup.Kill();

            await remover;
        }
    }

    [SkippableFact]
    public async Task Frozen_cgroup_dies_only_after_it_is_thawed()
    {
        Requires.Root();
        Cgroup cgroup = Cgroup.Create(_path);
        Child child = Sleeper();
        cgroup.Add(child.Pid);

        cgroup.Freeze();
        Assert.True(cgroup.IsFrozen);
        cgroup.Thaw();
        Signals.Send(child.Pid, Signals.SIGTERM);

        Assert.Equal(15, (await child.Exited).Signal);
        Assert.False(cgroup.IsFrozen);
    }

    [SkippableFact]
    public void Limits_are_what_the_kernel_then_reports()
    {
        Requires.Root();
        Cgroup cgroup = Cgroup.Create(_path);

        cgroup.Limit(new CgroupLimits { MemoryBytes = 64 << 20, CpuQuotaMicroseconds = 50_000, CpuShares = 512, Pids = 100 });

        Assert.Equal("100", cgroup.TryRead("pids", "pids.max"));
        Assert.Equal((64 << 20).ToString(), cgroup.TryRead("memory", cgroup.IsUnified ? "memory.max" : "memory.limit_in_bytes"));
        Assert.Equal(cgroup.IsUnified ? "50000 100000" : "50000", cgroup.TryRead("cpu", cgroup.IsUnified ? "cpu.max" : "cpu.cfs_quota_us"));
        Assert.Null(cgroup.TryRead("memory", "no.such.file"));
        Assert.False(cgroup.TryWrite("nosuchcontroller", "x", "1"));
    }

    private static Child Sleeper() => TestChildren.Reaper.Spawn(new SpawnRequest { File = "sleep", Arguments = ["sleep", "60"] });
}
