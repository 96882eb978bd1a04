using System.Globalization;
using Pods.Manifests;

namespace Pods.Cli.Output;

/// <summary>The one screen of <c>pods inspect</c>: what a learner opens and an operator debugs with.</summary>
internal static class InspectionPage
{
    public static void Write(PodInspection pod, TextWriter output)
    {
        output.WriteLine($"pod {pod.Namespace}/{pod.Name}   uid {pod.Uid}   sandbox {pod.SandboxId}");
        Processes(pod.Processes ?? [], output);
        Namespaces(pod.Namespaces ?? [], output);
        Cgroups(pod.Cgroups ?? [], output);
        Network(pod.Network, output);
        Volumes(pod.Volumes ?? [], output);
    }

    private static void Processes(IReadOnlyList<InspectedProcess> processes, TextWriter output)
    {
        Title(output, "Processes");
        Table table = new("PID", "PPID", "OWNER", "COMMAND");
        foreach (InspectedProcess process in processes)
        {
            string tree = process.Depth == 0 ? "" : new string(' ', 2 * (process.Depth - 1)) + "└ ";
            table.Add(Number(process.Pid), Number(process.ParentPid), process.Owner ?? "", tree + process.Command);
        }
        table.Write(output);
    }

    private static void Namespaces(IReadOnlyList<InspectedNamespace> namespaces, TextWriter output)
    {
        Title(output, "Namespaces");
        Table table = new("TYPE", "ID", "NPROCS", "SHARED BY");
        foreach (InspectedNamespace space in namespaces)
            table.Add(space.Type ?? "", space.Id.ToString(CultureInfo.InvariantCulture), Number(space.ProcessCount),
                string.Join(", ", space.SharedBy ?? []) + (space.IsHost ? " (the host's)" : ""));
        table.Write(output);
    }

    private static void Cgroups(IReadOnlyList<InspectedCgroup> cgroups, TextWriter output)
    {
        Title(output, "Cgroups");
        Table table = new("OWNER", "MEMORY", "LIMIT", "CPU LIMIT", "SHARES", "PIDS", "PATH");
        foreach (InspectedCgroup cgroup in cgroups)
            table.Add(cgroup.Owner ?? "", Bytes.Short(cgroup.MemoryUsage), Bytes.Short(cgroup.MemoryLimit),
                cgroup.CpuLimit is { } cpu ? cpu.ToString(CultureInfo.InvariantCulture) + "m" : "-",
                Number(cgroup.CpuShares), Number(cgroup.PidsLimit), cgroup.Path ?? "");
        table.Write(output);
    }

    private static void Network(InspectedNetwork? network, TextWriter output)
    {
        Title(output, "Network");
        if (network is null || string.IsNullOrEmpty(network.Name))
        {
            output.WriteLine("the host's");
            return;
        }
        output.WriteLine($"network {network.Name}   interface {network.Interface}   IP {string.Join(", ", network.Ips ?? [])}");
        output.WriteLine($"netns {network.NetworkNamespace}");
        if (network.Ports is { Count: > 0 } ports)
            output.WriteLine($"ports {string.Join(", ", ports)}");
    }

    private static void Volumes(IReadOnlyList<InspectedVolume> volumes, TextWriter output)
    {
        if (volumes.Count == 0)
            return;
        Title(output, "Volumes");
        Table table = new("NAME", "TYPE", "MOUNTED BY", "SOURCE");
        foreach (InspectedVolume volume in volumes)
            table.Add(volume.Name ?? "", volume.Type ?? "", string.Join(", ", (volume.Mounts ?? [])
                .Select(m => $"{m.Container}:{m.Path}{(m.ReadOnly ? " (ro)" : "")}")), volume.Source ?? "");
        table.Write(output);
    }

    private static void Title(TextWriter output, string title) => output.WriteLine($"\n{title}");

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
