using Containerd.Cgroups.V1;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>A container's figures from version 1 controllers, each with a directory of its own.</summary>
internal static class MetricsV1
{
    // USER_HZ, in which cpuacct.stat counts, is 100 on every architecture here.
    private const ulong NanosecondsPerTick = 1_000_000_000 / 100;

    public static Containerd.Cgroups.V1.Metrics Read(Cgroup cgroup)
    {
        var metrics = new Containerd.Cgroups.V1.Metrics
        {
            Pids = ReadPids(cgroup),
            Cpu = ReadCpu(cgroup),
            Memory = ReadMemory(cgroup),
            MemoryOomControl = ReadOomControl(cgroup),
            Blkio = ReadBlockIo(cgroup),
            Rdma = new(),
        };
        metrics.Rdma.Current.AddRange(ReadRdma(cgroup, "rdma.current"));
        metrics.Rdma.Limit.AddRange(ReadRdma(cgroup, "rdma.max"));
        foreach (string size in cgroup.HugePageSizes(".usage_in_bytes").Where(size => !size.Contains("rsvd", StringComparison.Ordinal)))
        {
            metrics.Hugetlb.Add(new HugetlbStat
            {
                Pagesize = size,
                Usage = cgroup.Number("hugetlb", $"hugetlb.{size}.usage_in_bytes"),
                Max = cgroup.Number("hugetlb", $"hugetlb.{size}.max_usage_in_bytes"),
                Failcnt = cgroup.Number("hugetlb", $"hugetlb.{size}.failcnt"),
            });
        }
        return metrics;
    }

    private static PidsStat ReadPids(Cgroup cgroup)
    {
        ulong limit = cgroup.Number("pids", "pids.max");
        // In this version's message 0 is "no limit".
        return new() { Current = cgroup.Number("pids", "pids.current"), Limit = limit == ulong.MaxValue ? 0 : limit };
    }

    private static CPUStat ReadCpu(Cgroup cgroup)
    {
        CgroupFiles.Figures ticks = cgroup.Table("cpuacct", "cpuacct.stat"), throttling = cgroup.Table("cpu", "cpu.stat");
        var usage = new CPUUsage
        {
            Total = cgroup.Number("cpuacct", "cpuacct.usage"),
            User = ticks["user"] * NanosecondsPerTick,
            Kernel = ticks["system"] * NanosecondsPerTick,
        };
        usage.PerCpu.AddRange(cgroup.Numbers("cpuacct", "cpuacct.usage_percpu"));
        return new()
        {
            Usage = usage,
            Throttling = new()
            {
                Periods = throttling["nr_periods"],
                ThrottledPeriods = throttling["nr_throttled"],
                ThrottledTime = throttling["throttled_time"],
            },
        };
    }

    private static MemoryStat ReadMemory(Cgroup cgroup)
    {
        CgroupFiles.Figures stat = cgroup.Table("memory", "memory.stat");
        return new()
        {
            Cache = stat["cache"],
            Rss = stat["rss"],
            RssHuge = stat["rss_huge"],
            MappedFile = stat["mapped_file"],
            Dirty = stat["dirty"],
            Writeback = stat["writeback"],
            PgPgIn = stat["pgpgin"],
            PgPgOut = stat["pgpgout"],
            PgFault = stat["pgfault"],
            PgMajFault = stat["pgmajfault"],
            InactiveAnon = stat["inactive_anon"],
            ActiveAnon = stat["active_anon"],
            InactiveFile = stat["inactive_file"],
            ActiveFile = stat["active_file"],
            Unevictable = stat["unevictable"],
            HierarchicalMemoryLimit = stat["hierarchical_memory_limit"],
            HierarchicalSwapLimit = stat["hierarchical_memsw_limit"],
            TotalCache = stat["total_cache"],
            TotalRss = stat["total_rss"],
            TotalRssHuge = stat["total_rss_huge"],
            TotalMappedFile = stat["total_mapped_file"],
            TotalDirty = stat["total_dirty"],
            TotalWriteback = stat["total_writeback"],
            TotalPgPgIn = stat["total_pgpgin"],
            TotalPgPgOut = stat["total_pgpgout"],
            TotalPgFault = stat["total_pgfault"],
            TotalPgMajFault = stat["total_pgmajfault"],
            TotalInactiveAnon = stat["total_inactive_anon"],
            TotalActiveAnon = stat["total_active_anon"],
            TotalInactiveFile = stat["total_inactive_file"],
            TotalActiveFile = stat["total_active_file"],
            TotalUnevictable = stat["total_unevictable"],
            Usage = ReadEntry(cgroup, "memory"),
            Swap = ReadEntry(cgroup, "memory.memsw"),
            Kernel = ReadEntry(cgroup, "memory.kmem"),
            KernelTcp = ReadEntry(cgroup, "memory.kmem.tcp"),
        };
    }

    private static MemoryEntry ReadEntry(Cgroup cgroup, string prefix) => new()
    {
        Limit = cgroup.Number("memory", prefix + ".limit_in_bytes"),
        Usage = cgroup.Number("memory", prefix + ".usage_in_bytes"),
        Max = cgroup.Number("memory", prefix + ".max_usage_in_bytes"),
        Failcnt = cgroup.Number("memory", prefix + ".failcnt"),
    };

    private static MemoryOomControl ReadOomControl(Cgroup cgroup)
    {
        CgroupFiles.Figures control = cgroup.Table("memory", "memory.oom_control");
        return new() { OomKillDisable = control["oom_kill_disable"], UnderOom = control["under_oom"], OomKill = control["oom_kill"] };
    }

    private static BlkIOStat ReadBlockIo(Cgroup cgroup)
    {
        var stat = new BlkIOStat();
        // Only the BFQ scheduler fills the first kind of file; the throttle's own are there with every scheduler.
        AddBlockIo(cgroup, stat.IoServiceBytesRecursive, "blkio.io_service_bytes_recursive", "blkio.throttle.io_service_bytes_recursive");
        AddBlockIo(cgroup, stat.IoServicedRecursive, "blkio.io_serviced_recursive", "blkio.throttle.io_serviced_recursive");
        AddBlockIo(cgroup, stat.IoQueuedRecursive, "blkio.io_queued_recursive");
        AddBlockIo(cgroup, stat.IoServiceTimeRecursive, "blkio.io_service_time_recursive");
        AddBlockIo(cgroup, stat.IoWaitTimeRecursive, "blkio.io_wait_time_recursive");
        AddBlockIo(cgroup, stat.IoMergedRecursive, "blkio.io_merged_recursive");
        AddBlockIo(cgroup, stat.IoTimeRecursive, "blkio.time_recursive");
        AddBlockIo(cgroup, stat.SectorsRecursive, "blkio.sectors_recursive");
        return stat;
    }

    private static void AddBlockIo(Cgroup cgroup, ICollection<BlkIOEntry> entries, params string[] files)
    {
        foreach (string file in files)
        {
            // 8:0 Read 4096, or 8:0 512 where there is but one kind; and a last line "Total 4096" of them all.
            foreach (string[] words in cgroup.Lines("blkio", file).Select(line => line.Split(' ')).Where(words => words[0].Contains(':')))
            {
                (ulong major, ulong minor) = CgroupFiles.DeviceNumber(words[0]);
                entries.Add(new()
                {
                    Major = major,
                    Minor = minor,
                    Device = DeviceName(major, minor),
                    Op = words.Length > 2 ? words[1] : "",
                    Value = CgroupFiles.ParseNumber(words[^1]),
                });
            }
            if (entries.Count > 0) return;
        }
    }

    private static string DeviceName(ulong major, ulong minor)
    {
        string? target = new DirectoryInfo($"/sys/dev/block/{major}:{minor}").LinkTarget;
        return target is null ? "" : "/dev/" + Path.GetFileName(target);
    }

    private static IEnumerable<RdmaEntry> ReadRdma(Cgroup cgroup, string file) => cgroup.Devices("rdma", file).Select(entry => new RdmaEntry
    {
        Device = entry.Device,
        HcaHandles = (uint)Math.Min(entry.Figures["hca_handle"], uint.MaxValue),
        HcaObjects = (uint)Math.Min(entry.Figures["hca_object"], uint.MaxValue),
    });
}
