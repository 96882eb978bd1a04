using System.Runtime.InteropServices;

namespace Pods.Linux;

// What changes a cgroup: made, limited, frozen, killed, removed.
public sealed partial class Cgroup
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Makes it, and what lies above it, in every hierarchy.</summary>
    public static Cgroup Create(string path)
    {
        var cgroup = At(path);
        foreach ((CgroupTree tree, _) in cgroup._places)
        {
            string directory = tree.Mount;
            foreach (string name in tree.DirectoryOf(path)[tree.Mount.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                string above = directory;
                directory = System.IO.Path.Combine(directory, name);
                System.IO.Directory.CreateDirectory(directory);
                if (tree.Controllers.Contains("cpuset")) InheritCpuset(above, directory);
            }
        }
        if (cgroup.IsUnified) cgroup.EnableControllers();
        return cgroup;
    }

    /// <summary>Version 2 gives a cgroup the controllers that all above it have switched on. What cannot be is left off.</summary>
    public void EnableControllers()
    {
        CgroupTree? tree = CgroupTree.Mounted.FirstOrDefault(tree => tree.IsUnified);
        if (!IsUnified || tree is null || Directory("") is not { } own) return;
        string directory = tree.Mount;
        foreach (string name in own[tree.Mount.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string switches = System.IO.Path.Combine(directory, "cgroup.subtree_control");
            foreach (string controller in Words(System.IO.Path.Combine(directory, "cgroup.controllers")).Except(Words(switches)))
                _ = TryWriteFile(switches, "+" + controller);
            directory = System.IO.Path.Combine(directory, name);
        }
    }

    public void Limit(CgroupLimits limits)
    {
        if (limits.MemoryBytes is { } bytes) Set("memory", IsUnified ? "memory.max" : "memory.limit_in_bytes", Text(bytes));
        if (limits.Pids is { } pids) Set("pids", "pids.max", Text(pids));
        if (limits.CpuShares is { } shares)
        {
            Set("cpu", IsUnified ? "cpu.weight" : "cpu.shares", Text((long)(IsUnified ? CgroupLimits.Weight(shares) : shares)));
        }
        if (limits.CpuQuotaMicroseconds is not { } quota) return;
        long period = limits.CpuPeriodMicroseconds ?? 100_000;
        if (IsUnified)
        {
            Set("cpu", "cpu.max", $"{Text(quota)} {Text(period)}");
            return;
        }
        Set("cpu", "cpu.cfs_period_us", Text(period));
        Set("cpu", "cpu.cfs_quota_us", Text(quota));
    }

    /// <summary>Takes the limits of memory and cpu time away, so that those below can be changed in any order. Weights stay.</summary>
    public void Unlimit()
    {
        _ = TryWrite("memory", IsUnified ? "memory.max" : "memory.limit_in_bytes", IsUnified ? "max" : "-1");
        _ = TryWrite("cpu", IsUnified ? "cpu.max" : "cpu.cfs_quota_us", IsUnified ? "max" : "-1");
    }

    public bool IsFrozen => IsUnified
        ? TryRead("", "cgroup.events")?.Contains("frozen 1", StringComparison.Ordinal) == true
        : TryRead("freezer", "freezer.state") == "FROZEN";

    /// <summary>Told to freeze, be it that not all have stopped yet, or that none is left.</summary>
    private bool IsToFreeze => IsUnified
        ? TryRead("", "cgroup.freeze") == "1"
        : TryRead("freezer", "freezer.state") is "FROZEN" or "FREEZING";

    /// <summary>Stops every process in it; if one resists for two seconds, all go on and it is an error.</summary>
    public void Freeze()
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        do
        {
            // Version 1 may need to be told again when processes were being born meanwhile.
            if (!TrySetFrozen(true)) throw new LinuxException("freeze", Errno.ENOENT, Path);
            if (IsFrozen) return;
            Thread.Sleep(Pause);
        }
        while (Environment.TickCount64 < deadline);
        Thaw();
        throw new LinuxException("freeze", Errno.EBUSY, Path);
    }

    /// <summary>Nothing there, and nothing frozen, is fine.</summary>
    public void Thaw()
    {
        if (IsToFreeze) _ = TrySetFrozen(false);
    }

    /// <summary>Ends every process in it and below.</summary>
    public void Kill()
    {
        if (IsUnified && TryWrite("", "cgroup.kill", "1")) return;
        // A process may fork faster than the list is read: again, until a reading finds none.
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (Processes() is { Count: > 0 } left && Environment.TickCount64 < deadline)
        {
            foreach (int pid in left) Signals.TrySend(pid, Signals.SIGKILL);
            Thread.Sleep(Pause);
        }
    }

    /// <summary>Removes it and the cgroups below it, once the processes just ended are gone. Nothing there is fine.</summary>
    public void Remove()
    {
        foreach ((_, string directory) in _places) RemoveTree(directory);
    }

    private bool TrySetFrozen(bool frozen) => IsUnified
        ? TryWrite("", "cgroup.freeze", frozen ? "1" : "0")
        : TryWrite("freezer", "freezer.state", frozen ? "FROZEN" : "THAWED");

    private void Set(string controller, string file, string value)
    {
        if (!TryWrite(controller, file, value)) throw new LinuxException("open", Errno.ENOENT, $"{Path} {file}");
    }

    // A new v1 cpuset is empty, and no process may enter it before it has processors and memory nodes.
    private static void InheritCpuset(string above, string directory)
    {
        foreach (string file in (string[])["cpuset.cpus", "cpuset.mems"])
        {
            if (TryReadFile(System.IO.Path.Combine(directory, file)).Trim().Length > 0) continue;
            Write(System.IO.Path.Combine(directory, file), TryReadFile(System.IO.Path.Combine(above, file)).Trim());
        }
    }

    private static void RemoveTree(string directory)
    {
        if (!System.IO.Directory.Exists(directory)) return;
        foreach (string below in System.IO.Directory.EnumerateDirectories(directory)) RemoveTree(below);
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (LibC.rmdir(directory) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ENOENT) return;
            // Busy until the last zombie in it has been reaped.
            if (errno != Errno.EBUSY || Environment.TickCount64 > deadline) throw new LinuxException("rmdir", errno, directory);
            Thread.Sleep(Pause);
        }
    }

    private static string[] Words(string path) => TryReadFile(path).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static string TryReadFile(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    private static bool TryWriteFile(string path, string value)
    {
        try
        {
            Write(path, value);
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}
