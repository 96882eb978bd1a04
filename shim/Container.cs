using Containerd.Events;
using Containerd.Runc.V1;
using Containerd.V1.Types;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>One container from Create to Delete: its init, its execs, and the order in which their ends are told.</summary>
internal sealed class Container
{
    private readonly Dictionary<string, ExecProcess> _execs = [];   // guarded by Gate
    private OomWatcher? _oom;

    public required string Id { get; init; }
    public required Bundle Bundle { get; init; }
    public required BundleSpec Spec { get; init; }
    public required Runc Runc { get; init; }
    public required StdioOwner Owner { get; init; }
    public required Pod Pod { get; init; }

    public Children Children => Pod.Children;
    public EventPublisher Events => Pod.Events;
    public InitProcess Init { get; private set; } = null!;
    public Cgroup? Cgroup { get; private set; }

    /// <summary>What a sandbox keeps open for its pod's containers.</summary>
    public HeldNamespaces? Namespaces { get; private set; }

    /// <summary>Held for a few instructions at a time, never across a process or a file.</summary>
    public Lock Gate { get; } = new();

    public ExitOrder Order { get; } = new();   // guarded by Gate

    /// <summary>Its init is there to be started, deleted and asked for; its exit stays untold until Release.</summary>
    public void Has(InitProcess init)
    {
        Init = init;
        lock (Gate)
            Order.Hold(init.ExecId);
    }

    /// <summary>The runtime has made the container.</summary>
    public void Made(int pid, Task<Exit> exited)
    {
        // By the kernel's word and not by the spec's: a systemd slice name is a relative path on cgroup v1 (contract CG-1).
        Cgroup = OwnCgroupOf(pid);
        // What a runtime has left off in the cgroups above would be missing in the figures and the notices of this one.
        if (Cgroup is { IsUnified: true })
            Cgroup.EnableControllers();
        if (Spec.IsSandbox && Cgroup is not null)
            Pod.OomKills.Open(Cgroup);
        _oom = Cgroup is null
            ? null
            : OomWatcher.TryWatch(Cgroup, Pod.Streams.Events, Pod.OomKills, () => Events.Publish(new TaskOOM { ContainerId = Id }));
        if (Spec.IsSandbox)
            Namespaces = HeldNamespaces.TryOf(pid);
        Init.Began(pid, exited);
    }

    public ContainerProcess Process(string execId)
    {
        if (execId.Length == 0)
            return Init;
        lock (Gate)
        {
            return _execs.TryGetValue(execId, out ExecProcess? exec)
                ? exec
                : throw new NotFoundException($"exec \"{execId}\" of container \"{Id}\" does not exist");
        }
    }

    public void AddExec(string execId, StdioPaths paths, byte[] spec)
    {
        if (execId is "" or "." or ".." || execId.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"exec id \"{execId}\" is not a file name");
        lock (Gate)
        {
            if (_execs.ContainsKey(execId))
                throw new AlreadyExistsException($"exec \"{execId}\" of container \"{Id}\" exists already");
            if (Init.State is not (ProcessState.Created or ProcessState.Running) || Init.IsToBeRestored)
                throw new WrongStateException($"cannot exec in container \"{Id}\": it is {Init.State.Word()}");
            _execs.Add(execId, new(this, execId, paths, spec));
            Events.Publish(new TaskExecAdded { ContainerId = Id, ExecId = execId });
        }
    }

    public void RemoveExec(ExecProcess exec)
    {
        lock (Gate)
        {
            exec.Change(ProcessEvent.Removed);
            _execs.Remove(exec.ExecId);
        }
    }

    /// <summary>A process of this container has died; told now or when its turn comes.</summary>
    public async Task ReapedAsync(ProcessExit exit)
    {
        if (exit.IsInit)
        {
            lock (Gate)
                Order.RefuseExecs();
            // Nobody but us ends what lives on in a pid namespace that is not the container's own.
            if (Spec.SharesPidNamespace && Cgroup is { } cgroup)
                await EndTheRestAsync(cgroup);
        }
        // The reason before the exit, even if the notice of it is still on its way.
        _oom?.CheckNow(ended: exit.IsInit ? exit.Status : null);
        lock (Gate)
            Tell(Order.Exited(exit));
    }

    private async Task EndTheRestAsync(Cgroup cgroup)
    {
        try
        {
            await OwnThread.RunAsync(cgroup.Kill);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whatever lives on: that init has ended must be told.
            Pod.Log.Warn($"end what is left of container \"{Id}\": {e.Message}");
        }
    }

    /// <summary>Publishes exits in the given order. The caller holds Gate.</summary>
    public void Tell(IReadOnlyList<ProcessExit> due)
    {
        foreach (ProcessExit exit in due)
        {
            Events.Publish(new TaskExit
            {
                ContainerId = Id,
                Id = exit.IsInit ? Id : exit.ExecId,
                Pid = (uint)exit.Pid,
                ExitStatus = exit.Status,
                ExitedAt = Timestamp.FromDateTimeOffset(exit.At),
            });
            (exit.IsInit ? Init : (ContainerProcess)_execs[exit.ExecId]).Ended(exit);
        }
    }

    /// <summary>False without a cgroup, by which a container's processes are found.</summary>
    public async Task<bool> TrySignalAllAsync(int signal)
    {
        if (Cgroup is not { } cgroup)
            return false;
        foreach (int pid in cgroup.Processes())
            Signals.TrySend(pid, signal);
        if (signal != Signals.SIGKILL)
            return true;
        cgroup.Thaw();
        // Those that were born meanwhile; it waits for their ends.
        await OwnThread.RunAsync(cgroup.Kill);
        return true;
    }

    /// <summary>
    /// For what is killed while it is paused, by whomever. cgroup v1 keeps even a killed process until it is thawed; v2 lets it die and
    /// stays frozen, and runc 1.1 removes no container whose cgroup is.
    /// </summary>
    public void Thaw() => Cgroup?.Thaw();

    public IEnumerable<ProcessInfo> Pids()
    {
        Dictionary<int, string> names = [];
        lock (Gate)
        {
            foreach (ExecProcess exec in _execs.Values.Where(e => e.State != ProcessState.Stopped))
                names[exec.Pid] = exec.ExecId;
        }
        int[] pids = Cgroup is not null ? [.. Cgroup.Processes()] : Init.Pid > 0 ? [Init.Pid] : [];
        foreach (int pid in pids.Order())
        {
            ProcessInfo process = new() { Pid = (uint)pid };
            if (names.TryGetValue(pid, out string? execId))
            {
                ByteString details = new ProcessDetails { ExecId = execId }.ToByteString();
                process.Info = new() { TypeUrl = "containerd.runc.v1.ProcessDetails", Value = details };
            }
            yield return process;
        }
    }

    /// <summary>It and its execs, a line for each.</summary>
    public IReadOnlyList<string> Describe()
    {
        lock (Gate)
            return [$"container {Id}: {Init.Describe()}", .. _execs.Values.Select(e => $"container {Id}, exec {e.ExecId}: {e.Describe()}")];
    }

    public Task PauseAsync() => InTurnAsync(async () =>
    {
        lock (Gate)
            Init.Change(ProcessEvent.Suspending);
        try
        {
            await Runc.PauseAsync(Id);
        }
        catch
        {
            Settle(ProcessEvent.Resumed);
            throw;
        }
        Settle(ProcessEvent.Suspended);
        Events.Publish(new TaskPaused { ContainerId = Id });
    });

    public Task ResumeAsync() => InTurnAsync(async () =>
    {
        if (Init.State != ProcessState.Paused)
            throw new WrongStateException($"cannot resume container \"{Id}\": it is {Init.State.Word()}");
        await Runc.ResumeAsync(Id);
        Settle(ProcessEvent.Resumed);
        Events.Publish(new TaskResumed { ContainerId = Id });
    });

    public Task CheckpointAsync(Checkpoint checkpoint) => InTurnAsync(async () =>
    {
        if (Init.State is not (ProcessState.Running or ProcessState.Paused))
            throw new WrongStateException($"cannot checkpoint container \"{Id}\": it is {Init.State.Word()}");
        string work = checkpoint.WorkPath.Length > 0 ? checkpoint.WorkPath : Path.Combine(Bundle.Work, "criu-work");
        try
        {
            Directory.CreateDirectory(work);
            await Runc.CheckpointAsync(Id, checkpoint, work);
        }
        catch (RuncException e)
        {
            throw new CheckpointException(Id, Bundle.KeepDumpLog(Path.Combine(work, "dump.log")), e);
        }
        finally
        {
            // A directory of the caller's stays, whatever is in it.
            if (checkpoint.WorkPath.Length == 0 && Directory.Exists(work))
                Directory.Delete(work, recursive: true);
        }
        Events.Publish(new TaskCheckpointed { ContainerId = Id, Checkpoint = checkpoint.ImagePath });
    });

    public Task UpdateAsync(byte[] resources) => InTurnAsync(async () =>
    {
        if (Init.State is ProcessState.Stopped or ProcessState.Deleted || Init.IsToBeRestored)
            throw new WrongStateException($"cannot update container \"{Id}\": it is {Init.State.Word()}");
        string file = Path.Combine(Bundle.Directory, "resources.json");
        Bundle.Replace(file, resources, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            await Runc.UpdateAsync(Id, file);
        }
        finally
        {
            File.Delete(file);
        }
    });

    /// <summary>The last step of init's Delete: nothing of the container is left after it.</summary>
    public async Task RemoveAsync(ProcessExit exit)
    {
        await CloseForgottenExecsAsync();
        Release();
        await OwnThread.RunAsync(() => Mounts.DetachAll(Bundle.Rootfs));
        lock (Gate)
            Init.Change(ProcessEvent.Removed);
        Events.Publish(new TaskDelete
        {
            ContainerId = Id,
            Pid = (uint)exit.Pid,
            ExitStatus = exit.Status,
            ExitedAt = Timestamp.FromDateTimeOffset(exit.At),
            Id = Id,
        });
        Pod.Removed(this, exit);
    }

    /// <summary>Execs whose client went away and never deleted them: nobody can name them any more.</summary>
    private async Task CloseForgottenExecsAsync()
    {
        ExecProcess[] forgotten;
        lock (Gate)
        {
            forgotten = [.. _execs.Values];
            _execs.Clear();
        }
        foreach (ExecProcess exec in forgotten)
        {
            if (exec.Io is { } io)
                await io.DisposeAsync();
        }
    }

    /// <summary>Closes what the container holds in the shim.</summary>
    public void Release()
    {
        Namespaces?.Dispose();
        _oom?.Dispose();
    }

    // A spec without a cgroup leaves the container in ours, and what is done to a container's cgroup would be done to us.
    private static Cgroup? OwnCgroupOf(int pid) =>
        Cgroup.OfProcess(pid) is { } cgroup && cgroup.Path != Cgroup.OfProcess(Environment.ProcessId)?.Path ? cgroup : null;

    private async Task InTurnAsync(Func<Task> change)
    {
        await Init.Turn.WaitAsync();
        try
        {
            await change();
        }
        finally
        {
            Init.Turn.Release();
        }
    }

    /// <summary>The end of a pause or resume; a process that ended meanwhile stays ended.</summary>
    private void Settle(ProcessEvent happened)
    {
        lock (Gate)
        {
            if (Init.State != ProcessState.Stopped)
                Init.Change(happened);
        }
    }
}
