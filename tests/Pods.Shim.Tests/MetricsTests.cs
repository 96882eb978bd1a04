using Google.Protobuf.WellKnownTypes;
using Pods.Linux;
using Pods.TestKit;
using V1 = Containerd.Cgroups.V1;
using V2 = Containerd.Cgroups.V2;

namespace Pods.Shim.Tests;

public sealed class MetricsTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [SkippableFact]
    public async Task Figures_of_a_running_process_are_the_kernel_s()
    {
        Requires.Root();
        string path = "/" + Unique.Id("pods-metrics");
        Cgroup cgroup = Cgroup.Create(path);
        try
        {
            cgroup.Limit(new CgroupLimits { MemoryBytes = 64 << 20, Pids = 77 });
            Child child = TestReaper.Children.Spawn(new SpawnRequest { File = "sh", Arguments = ["sh", "-c", "while :; do :; done"] });
            cgroup.Add(child.Pid);

            if (cgroup.IsUnified)
                await ExpectV2Async(cgroup);
            else
                await ExpectV1Async(cgroup);
            cgroup.Kill();
            await child.Exited;
        }
        finally
        {
            cgroup.Kill();
            cgroup.Remove();
        }
        Assert.Null(Metrics.TryRead(cgroup));
    }

    private static async Task ExpectV1Async(Cgroup cgroup)
    {
        await Eventually.True(() => ReadV1(cgroup).Cpu.Usage.Total > 20_000_000, "the process uses the processor");

        V1.Metrics metrics = ReadV1(cgroup);
        Assert.Equal((1ul, 77ul), (metrics.Pids.Current, metrics.Pids.Limit));
        Assert.Equal(64ul << 20, metrics.Memory.Usage.Limit);
        Assert.Equal(64ul << 20, metrics.Memory.HierarchicalMemoryLimit);
        Assert.True(metrics.Memory.Usage.Max >= metrics.Memory.Usage.Usage);
        Assert.Equal(metrics.Cpu.Usage.PerCpu.Aggregate((a, b) => a + b) / 1_000_000_000, metrics.Cpu.Usage.Total / 1_000_000_000);
    }

    private static async Task ExpectV2Async(Cgroup cgroup)
    {
        await Eventually.True(() => ReadV2(cgroup).Cpu.UsageUsec > 20_000, "the process uses the processor");

        V2.Metrics metrics = ReadV2(cgroup);
        Assert.Equal((1ul, 77ul), (metrics.Pids.Current, metrics.Pids.Limit));
        Assert.Equal(64ul << 20, metrics.Memory.UsageLimit);
        Assert.Equal(0ul, metrics.MemoryEvents.OomKill);
    }

    [Fact]
    public void Files_of_version_two_become_its_message()
    {
        Write("pids.current", "3\n");
        Write("pids.max", "max\n");
        Write("cpu.stat", "usage_usec 100\nuser_usec 70\nsystem_usec 30\nnr_periods 4\nnr_throttled 2\nthrottled_usec 9\n");
        Write("cpu.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=42\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
        Write("memory.current", "4096\n");
        Write("memory.max", "8192\n");
        Write("memory.stat", "anon 1\nfile 2\nworkingset_refault_anon 3\nworkingset_refault_file 4\nthp_collapse_alloc 5\n");
        Write("memory.events", "low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\n");
        Write("io.stat", "8:16 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n253:0\n");
        Write("hugetlb.2MB.current", "2097152\n");
        Write("hugetlb.2MB.max", "max\n");
        Write("hugetlb.2MB.rsvd.current", "0\n");

        Any any = Metrics.TryRead(Cgroup.OfDirectory(_scratch.Path))!;

        Assert.Equal("io.containerd.cgroups.v2.Metrics", any.TypeUrl);
        V2.Metrics metrics = V2.Metrics.Parser.ParseFrom(any.Value);
        Assert.Equal((3ul, ulong.MaxValue), (metrics.Pids.Current, metrics.Pids.Limit));
        Assert.Equal((100ul, 9ul, 1.5, 1ul),
            (metrics.Cpu.UsageUsec, metrics.Cpu.ThrottledUsec, metrics.Cpu.Psi.Some.Avg10, metrics.Cpu.Psi.Full.Total));
        Assert.Equal((4096ul, 8192ul, 7ul, 5ul, 0ul), (metrics.Memory.Usage, metrics.Memory.UsageLimit,
            metrics.Memory.WorkingsetRefault, metrics.Memory.ThpCollapseAlloc, metrics.Memory.SwapLimit));
        Assert.Equal((3ul, 4ul), (metrics.MemoryEvents.Oom, metrics.MemoryEvents.OomKill));
        Assert.Equal([(8ul, 16ul, 20ul), (253ul, 0ul, 0ul)], metrics.Io.Usage.Select(entry => (entry.Major, entry.Minor, entry.Wbytes)));
        V2.HugeTlbStat pages = Assert.Single(metrics.Hugetlb);
        Assert.Equal(("2MB", 2097152ul, ulong.MaxValue), (pages.Pagesize, pages.Current, pages.Max));
    }

    [Fact]
    public void Cgroup_without_files_has_only_zeros()
    {
        V2.Metrics metrics = V2.Metrics.Parser.ParseFrom(Metrics.TryRead(Cgroup.OfDirectory(_scratch.Path))!.Value);

        Assert.Equal((0ul, 0ul, 0ul), (metrics.Pids.Limit, metrics.Cpu.UsageUsec, metrics.Memory.Usage));
        Assert.Empty(metrics.Hugetlb);
    }

    private static V2.Metrics ReadV2(Cgroup cgroup) => V2.Metrics.Parser.ParseFrom(Metrics.TryRead(cgroup)!.Value);

    private static V1.Metrics ReadV1(Cgroup cgroup) => V1.Metrics.Parser.ParseFrom(Metrics.TryRead(cgroup)!.Value);

    private void Write(string file, string content) => File.WriteAllText(_scratch.File(file), content);
}
