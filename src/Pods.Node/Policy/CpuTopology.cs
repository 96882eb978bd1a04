using Pods.Manifests;

namespace Pods.Node;

/// <summary>One cpu as the scheduler counts them: a thread of a core of a package.</summary>
public readonly record struct CpuPlace(int Id, string Core, int Package);

/// <summary>The cpus of the machine that are switched on.</summary>
public sealed record CpuTopology(IReadOnlyList<CpuPlace> Cpus)
{
    private const string Directory = "/sys/devices/system/cpu";

    public static CpuTopology Read() => new([.. (CpuList.TryParse(File.ReadAllText(Directory + "/online")) ?? []).Select(Read)]);

    private static CpuPlace Read(int cpu)
    {
        string place = $"{Directory}/cpu{cpu}/topology/";
        // A core by its threads: numbers of cores are unique in their package only. A virtual machine may show nothing of the kind.
        return File.Exists(place + "thread_siblings_list")
            ? new(cpu, File.ReadAllText(place + "thread_siblings_list").Trim(), int.Parse(File.ReadAllText(place + "physical_package_id")))
            : new(cpu, $"{cpu}", 0);
    }
}
