using System.Globalization;
using Containerd.Cgroups.V2;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>A container's figures from version 2, where all controllers share one directory.</summary>
internal static class MetricsV2
{
    // Every controller's files lie in the one directory, whatever name is asked for.
    private const string Any = "";

    public static Containerd.Cgroups.V2.Metrics Read(Cgroup cgroup)
    {
        var metrics = new Containerd.Cgroups.V2.Metrics
        {
            Pids = new() { Current = cgroup.Number(Any, "pids.current"), Limit = cgroup.Number(Any, "pids.max") },
            Cpu = ReadCpu(cgroup),
            Memory = ReadMemory(cgroup),
            MemoryEvents = ReadMemoryEvents(cgroup),
            Io = new() { Psi = ReadPressure(cgroup, "io.pressure") },
            Rdma = new(),
        };
        metrics.Io.Usage.AddRange(ReadIo(cgroup));
        metrics.Rdma.Current.AddRange(ReadRdma(cgroup, "rdma.current"));
        metrics.Rdma.Limit.AddRange(ReadRdma(cgroup, "rdma.max"));
        foreach (string size in cgroup.HugePageSizes(".current"))
        {
            metrics.Hugetlb.Add(new HugeTlbStat
            {
                Pagesize = size,
                Current = cgroup.Number(Any, $"hugetlb.{size}.current"),
                Max = cgroup.Number(Any, $"hugetlb.{size}.max"),
            });
        }
        return metrics;
    }

    private static CPUStat ReadCpu(Cgroup cgroup)
    {
        CgroupFiles.Figures stat = cgroup.Table(Any, "cpu.stat");
        return new()
        {
            UsageUsec = stat["usage_usec"],
            UserUsec = stat["user_usec"],
            SystemUsec = stat["system_usec"],
            NrPeriods = stat["nr_periods"],
            NrThrottled = stat["nr_throttled"],
            ThrottledUsec = stat["throttled_usec"],
            Psi = ReadPressure(cgroup, "cpu.pressure"),
        };
    }

    private static MemoryStat ReadMemory(Cgroup cgroup)
    {
        CgroupFiles.Figures stat = cgroup.Table(Any, "memory.stat");
        return new()
        {
            Anon = stat["anon"],
            File = stat["file"],
            KernelStack = stat["kernel_stack"],
            Slab = stat["slab"],
            Sock = stat["sock"],
            Shmem = stat["shmem"],
            FileMapped = stat["file_mapped"],
            FileDirty = stat["file_dirty"],
            FileWriteback = stat["file_writeback"],
            AnonThp = stat["anon_thp"],
            InactiveAnon = stat["inactive_anon"],
            ActiveAnon = stat["active_anon"],
            InactiveFile = stat["inactive_file"],
            ActiveFile = stat["active_file"],
            Unevictable = stat["unevictable"],
            SlabReclaimable = stat["slab_reclaimable"],
            SlabUnreclaimable = stat["slab_unreclaimable"],
            Pgfault = stat["pgfault"],
            Pgmajfault = stat["pgmajfault"],
            // Linux 5.9 divided the first two into anonymous memory and files.
            WorkingsetRefault = stat["workingset_refault"] + stat["workingset_refault_anon"] + stat["workingset_refault_file"],
            WorkingsetActivate = stat["workingset_activate"] + stat["workingset_activate_anon"] + stat["workingset_activate_file"],
            WorkingsetNodereclaim = stat["workingset_nodereclaim"],
            Pgrefill = stat["pgrefill"],
            Pgscan = stat["pgscan"],
            Pgsteal = stat["pgsteal"],
            Pgactivate = stat["pgactivate"],
            Pgdeactivate = stat["pgdeactivate"],
            Pglazyfree = stat["pglazyfree"],
            Pglazyfreed = stat["pglazyfreed"],
            ThpFaultAlloc = stat["thp_fault_alloc"],
            ThpCollapseAlloc = stat["thp_collapse_alloc"],
            Usage = cgroup.Number(Any, "memory.current"),
            UsageLimit = cgroup.Number(Any, "memory.max"),
            MaxUsage = cgroup.Number(Any, "memory.peak"),
            SwapUsage = cgroup.Number(Any, "memory.swap.current"),
            SwapLimit = cgroup.Number(Any, "memory.swap.max"),
            SwapMaxUsage = cgroup.Number(Any, "memory.swap.peak"),
            Psi = ReadPressure(cgroup, "memory.pressure"),
        };
    }

    private static MemoryEvents ReadMemoryEvents(Cgroup cgroup)
    {
        CgroupFiles.Figures events = cgroup.Table(Any, "memory.events");
        return new() { Low = events["low"], High = events["high"], Max = events["max"], Oom = events["oom"], OomKill = events["oom_kill"] };
    }

    private static IEnumerable<IOEntry> ReadIo(Cgroup cgroup)
    {
        foreach ((string device, CgroupFiles.Figures figures) in cgroup.Devices(Any, "io.stat"))
        {
            (ulong major, ulong minor) = CgroupFiles.DeviceNumber(device);
            yield return new()
            {
                Major = major,
                Minor = minor,
                Rbytes = figures["rbytes"],
                Wbytes = figures["wbytes"],
                Rios = figures["rios"],
                Wios = figures["wios"],
            };
        }
    }

    private static IEnumerable<RdmaEntry> ReadRdma(Cgroup cgroup, string file) => cgroup.Devices(Any, file).Select(entry => new RdmaEntry
    {
        Device = entry.Device,
        HcaHandles = (uint)Math.Min(entry.Figures["hca_handle"], uint.MaxValue),
        HcaObjects = (uint)Math.Min(entry.Figures["hca_object"], uint.MaxValue),
    });

    /// <returns>Null where the kernel does not measure pressure.</returns>
    private static PSIStats? ReadPressure(Cgroup cgroup, string file)
    {
        string[] lines = cgroup.Lines(Any, file);
        if (lines.Length == 0) return null;
        return new() { Some = ReadPressureLine(lines, "some"), Full = ReadPressureLine(lines, "full") };
    }

    // some avg10=0.00 avg60=0.00 avg300=0.00 total=0
    private static PSIData? ReadPressureLine(string[] lines, string kind)
    {
        if (lines.FirstOrDefault(line => line.StartsWith(kind, StringComparison.Ordinal)) is not { } line) return null;
        Dictionary<string, string> values = line.Split(' ').Skip(1).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair[^1]);
        return new()
        {
            Avg10 = Average(values, "avg10"),
            Avg60 = Average(values, "avg60"),
            Avg300 = Average(values, "avg300"),
            Total = CgroupFiles.ParseNumber(values.GetValueOrDefault("total")),
        };
    }

    private static double Average(Dictionary<string, string> values, string name) =>
        double.TryParse(values.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double average) ? average : 0;
}
