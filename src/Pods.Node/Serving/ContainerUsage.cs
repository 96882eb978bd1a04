using System.Globalization;
using Pods.Linux;

namespace Pods.Node;

/// <summary>What a running container has used so far, from its cgroup.</summary>
/// <param name="CpuNanoseconds">Since it began.</param>
/// <param name="MemoryBytes">All that is charged to it.</param>
/// <param name="WorkingSetBytes">Without what the kernel could drop at once: what the kubelet reports, and evicts by.</param>
public sealed record ContainerUsage(string Container, long CpuNanoseconds, long MemoryBytes, long WorkingSetBytes, int Processes)
{
    /// <summary>Of each container that runs.</summary>
    public static IReadOnlyList<ContainerUsage> Of(StoredPod stored) =>
        [.. stored.Memory.Runs.Values.Where(r => r.Phase == RunPhase.Running).Select(Of).OfType<ContainerUsage>()];

    private static ContainerUsage? Of(ContainerRun run)
    {
        if (Cgroup.OfProcess(run.Pid) is not { } cgroup)
            return null;
        long memory = Number(cgroup.TryRead("memory", cgroup.IsUnified ? "memory.current" : "memory.usage_in_bytes"));
        long inactive = Field(cgroup.TryRead("memory", "memory.stat"), cgroup.IsUnified ? "inactive_file" : "total_inactive_file");
        long cpu = cgroup.IsUnified
            ? Field(cgroup.TryRead("cpu", "cpu.stat"), "usage_usec") * 1000 : Number(cgroup.TryRead("cpuacct", "cpuacct.usage"));
        return new(run.Name, cpu, memory, Math.Max(0, memory - inactive), cgroup.Processes().Count);
    }

    private static long Field(string? text, string name) => (text ?? "").Split('\n')
        .Where(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Select(l => Number(l[(name.Length + 1)..])).FirstOrDefault();

    private static long Number(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
