using System.Globalization;
using Pods.Linux;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Looks at a running pod from outside, in /proc and /sys: the facts behind <c>pods inspect</c>.</summary>
public sealed class PodInspector(NodeServices node)
{
    private static readonly string[] NamespaceKinds = ["net", "uts", "ipc", "mnt", "pid"];

    public PodInspection Inspect(StoredPod stored)
    {
        Dictionary<int, string> owners = [];
        if (stored.Memory.Sandbox is { IsReady: true, HasEnded: false } sandbox)
            owners[sandbox.Pid] = "pause";
        foreach (ContainerRun run in stored.Memory.Runs.Values.Where(r => r.Phase == RunPhase.Running))
            owners[run.Pid] = run.Name;
        InspectedProcess[] processes = [.. Tree(owners)];
        return new()
        {
            Name = stored.Pod.Metadata!.Name,
            Namespace = stored.Pod.Metadata.Namespace,
            Uid = stored.Pod.Metadata.Uid,
            SandboxId = stored.Memory.Sandbox?.Id,
            Processes = processes,
            Namespaces = [.. NamespacesOf(processes.Where(p => p.Depth > 0))],
            Cgroups = [.. CgroupsOf(stored, owners)],
            Network = NetworkOf(stored),
            Volumes = [.. VolumesOf(stored.Pod)],
        };
    }

    private static IEnumerable<InspectedProcess> Tree(Dictionary<int, string> owners)
    {
        ILookup<int, ProcessRow> children = ProcessRow.All().ToLookup(p => p.Parent);
        foreach (int shim in owners.Keys.Select(RunningProcesses.ParentOf).OfType<int>().Distinct())
        {
            if (ProcessRow.Read(shim) is not { } row)
                continue;
            yield return row.Show("shim", 0);
            foreach (ProcessRow child in children[shim].Where(c => owners.ContainsKey(c.Pid)).OrderBy(c => owners[c.Pid] == "pause" ? 0 : 1))
                foreach (InspectedProcess process in Below(child, owners[child.Pid], 1, children))
                    yield return process;
        }
    }

    private static IEnumerable<InspectedProcess> Below(ProcessRow row, string owner, int depth, ILookup<int, ProcessRow> children) =>
        children[row.Pid].SelectMany(child => Below(child, owner, depth + 1, children)).Prepend(row.Show(owner, depth));

    private static IEnumerable<InspectedNamespace> NamespacesOf(IEnumerable<InspectedProcess> processes)
    {
        InspectedProcess[] all = [.. processes];
        foreach (string kind in NamespaceKinds)
        {
            ulong host = Inode(Environment.ProcessId, kind) ?? 0;
            foreach (var group in all.Select(p => (Process: p, Id: Inode(p.Pid, kind))).Where(p => p.Id is not null).GroupBy(p => p.Id!.Value))
                yield return new()
                {
                    Type = kind,
                    Id = group.Key,
                    ProcessCount = group.Count(),
                    SharedBy = [.. group.Select(p => p.Process.Owner!).Distinct()],
                    IsHost = group.Key == host,
                };
        }
    }

    private static ulong? Inode(int pid, string kind)
    {
        try
        {
            // net:[4026531840]
            string? target = new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget;
            return target is null ? null : ulong.Parse(target[(target.IndexOf('[') + 1)..^1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;   // ended meanwhile
        }
    }

    private IEnumerable<InspectedCgroup> CgroupsOf(StoredPod stored, Dictionary<int, string> owners)
    {
        yield return Show("pod", PodCgroups.At(stored.Memory.Sandbox?.Cgroup ?? new PodCgroups(node.Options).NameOf(stored.Pod)));
        foreach (var (pid, owner) in owners)
            if (Cgroup.OfProcess(pid) is { } cgroup)
                yield return Show(owner, cgroup);
    }

    private static InspectedCgroup Show(string owner, Cgroup cgroup)
    {
        bool unified = cgroup.IsUnified;
        long? quota = unified ? First(cgroup.TryRead("cpu", "cpu.max")) : First(cgroup.TryRead("cpu", "cpu.cfs_quota_us"));
        long period = (unified ? Second(cgroup.TryRead("cpu", "cpu.max")) : First(cgroup.TryRead("cpu", "cpu.cfs_period_us"))) ?? 100_000;
        return new()
        {
            Owner = owner,
            Path = cgroup.Path,
            MemoryLimit = Limit(First(cgroup.TryRead("memory", unified ? "memory.max" : "memory.limit_in_bytes"))),
            MemoryUsage = First(cgroup.TryRead("memory", unified ? "memory.current" : "memory.usage_in_bytes")),
            CpuLimit = quota is > 0 ? quota * 1000 / period : null,
            CpuShares = First(cgroup.TryRead("cpu", unified ? "cpu.weight" : "cpu.shares")),
            PidsLimit = First(cgroup.TryRead("pids", "pids.max")),
        };
    }

    // Version 1 says "no limit" by a number near 2^63, a multiple of the page size.
    private static long? Limit(long? bytes) => bytes is null or > 1L << 60 ? null : bytes;

    private static long? First(string? text) => Word(text, 0);

    private static long? Second(string? text) => Word(text, 1);

    private static long? Word(string? text, int index) =>
        text?.Split(' ', '\n') is { } words && words.Length > index && long.TryParse(words[index], out long number) ? number : null;

    private InspectedNetwork? NetworkOf(StoredPod stored) => stored.Memory.Sandbox is not { NetworkName: { } name } sandbox ? null : new()
    {
        Name = name,
        Interface = sandbox.Interface,
        Ips = sandbox.Addresses,
        NetworkNamespace = node.Options.NetworkNamespace(sandbox.Id),
        Ports = [.. (stored.Pod.Spec!.Containers ?? []).SelectMany(c => c.Ports ?? []).Where(p => p.HostPort is > 0)
            .Select(p => $"{(string.IsNullOrEmpty(p.HostIP) ? "*" : p.HostIP)}:{p.HostPort} → {p.Port}/{p.Protocol!.ToLowerInvariant()}")],
    };

    private IEnumerable<InspectedVolume> VolumesOf(Pod pod)
    {
        foreach (Volume volume in pod.Spec!.Volumes ?? [])
            yield return new()
            {
                Name = volume.Name,
                Type = TypeOf(volume),
                Source = PodVolumes.Source(node.Options, pod, volume),
                Mounts = [.. (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers ?? []).SelectMany(c => (c.VolumeMounts ?? [])
                    .Where(m => m.Name == volume.Name)
                    .Select(m => new InspectedMount { Container = c.Name, Path = m.MountPath, ReadOnly = m.ReadOnly == true }))],
            };
    }

    private static string TypeOf(Volume volume) => volume switch
    {
        { HostPath: not null } => "hostPath",
        { ConfigMap: not null } => "configMap",
        { Secret: not null } => "secret",
        { DownwardAPI: not null } => "downwardAPI",
        { Projected: not null } => "projected",
        { PersistentVolumeClaim: not null } => "persistentVolumeClaim",
        { Image: not null } => "image",
        { EmptyDir.Medium: "Memory" } => "emptyDir (memory)",
        _ => "emptyDir",
    };

    /// <summary>A process as /proc shows it.</summary>
    private sealed record ProcessRow(int Pid, int Parent, string Command)
    {
        public static IEnumerable<ProcessRow> All() => Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), out int pid) ? Read(pid) : null).OfType<ProcessRow>();

        public static ProcessRow? Read(int pid)
        {
            try
            {
                string command = File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();
                return RunningProcesses.ParentOf(pid) is { } parent ? new(pid, parent, command.ReplaceLineEndings(" ")) : null;
            }
            catch (IOException)
            {
                return null;   // ended meanwhile
            }
        }

        public InspectedProcess Show(string owner, int depth) => new()
        {
            Pid = Pid,
            ParentPid = Parent,
            Depth = depth,
            Owner = owner,
            Command = Command.Length > 100 ? Command[..99] + "…" : Command,
        };
    }
}
