using Containerd.Events;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>The first process of a container: its end is the container's end.</summary>
/// <param name="restore">Where it is to come from, if it was frozen before.</param>
internal sealed class InitProcess(Container container, StdioPaths paths, Restore? restore) : ContainerProcess(container, "", paths)
{
    // What containerd's clients show for a process that could not be run.
    private const uint NeverRan = 255;

    /// <summary>Whether there is no process yet, and none to be had but by Start.</summary>
    public bool IsToBeRestored => restore is not null && Pid == 0 && State == ProcessState.Created;

    public void Attach(Stdio io) => Io = io;

    public override async Task<int> StartAsync()
    {
        await Turn.WaitAsync();
        try
        {
            lock (Container.Gate)
            {
                if (State != ProcessState.Created)
                    throw Cannot("start");
                Container.Order.Hold(ExecId);
            }
            if (restore is not null)
                await ComeBackAsync(restore);
            await StartAndTellAsync();
            return Pid;
        }
        finally
        {
            Turn.Release();
        }
    }

    public override async Task SignalAsync(int signal, bool all)
    {
        bool isSent = all && await Container.TrySignalAllAsync(signal);
        // All that there are may be none: to runc, kill --all of a container whose first process has ended is no error.
        if (all && State == ProcessState.Stopped)
            return;
        if (State is ProcessState.Stopped or ProcessState.Deleted)
            throw new NotFoundException($"{Name}: process already finished");
        if (!isSent)
            Send(signal);
        if (signal == Signals.SIGKILL)
            Container.Thaw();
    }

    protected override async Task<ProcessExit> RemoveAsync(TimeSpan drainLimit)
    {
        await Turn.WaitAsync();
        try
        {
            if (State is not (ProcessState.Created or ProcessState.Stopped))
                throw Cannot("delete");
            bool neverStarted = State == ProcessState.Created;
            if (!neverStarted)
                await CloseStreamsAsync(drainLimit);
            Container.Thaw();
            await RemoveFromRuntimeAsync(kill: neverStarted || Pid == 0);
            if (IsToBeRestored)
                Unblock(new(ExecId, 0, 0, DateTimeOffset.MinValue));
            ProcessExit exit = await Exited;
            await CloseStreamsAsync(TimeSpan.Zero);
            await Container.RemoveAsync(exit);
            return exit;
        }
        finally
        {
            Turn.Release();
        }
    }

    private async Task StartAndTellAsync()
    {
        try
        {
            if (restore is null)
                await Container.Runc.StartAsync(Container.Id);
        }
        catch
        {
            lock (Container.Gate)
                Container.Tell(Container.Order.Release(ExecId));
            throw;
        }
        lock (Container.Gate)
        {
            Change(ProcessEvent.Started);
            Container.Events.Publish(new TaskStart { ContainerId = Container.Id, Pid = (uint)Pid });
            Container.Tell(Container.Order.Release(ExecId));
        }
    }

    /// <summary>The runtime makes and starts the container in one. A failure is the container's end: its streams are used up.</summary>
    private async Task ComeBackAsync(Restore from)
    {
        try
        {
            using OrphanWatch orphans = Container.Children.ExpectOrphans();
            await Io!.RunAsync(socket => Container.Runc.RestoreAsync(Container.Id, from, Io.ChildDescriptors, socket));
            string pidFile = Container.Bundle.InitPidFile;
            int pid = Bundle.ReadPid(pidFile) ?? throw new RuncException("restore", 0, $"no pid in {pidFile}");
            Container.Made(pid, await Runc.ClaimAsync(orphans, pid));
        }
        catch
        {
            lock (Container.Gate)
                Ended(new(ExecId, 0, NeverRan, DateTimeOffset.UtcNow));
            throw;
        }
    }

    private async Task RemoveFromRuntimeAsync(bool kill)
    {
        try
        {
            await Container.Runc.DeleteAsync(Container.Id, force: kill);
        }
        catch (RuncException e) when (e.Failure == RuncFailure.Gone)
        {
            // An earlier attempt, or somebody with runc in hand, was here before.
        }
    }
}
