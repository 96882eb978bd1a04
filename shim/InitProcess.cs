using Containerd.Events;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>The first process of a container: its end is the container's end.</summary>
internal sealed class InitProcess(Container container, StdioPaths paths) : ContainerProcess(container, "", paths)
{
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
            await StartAndTellAsync();
            return Pid;
        }
        finally
        {
            Turn.Release();
        }
    }

    public override void Signal(int signal, bool all)
    {
        bool isSent = all && Container.TrySignalAll(signal);
        if (State is ProcessState.Stopped or ProcessState.Deleted)
            throw new NotFoundException($"{Name}: process already finished");
        if (!isSent)
            Send(signal);
        // cgroup v1 keeps even a killed process frozen until it is thawed.
        if (signal == Signals.SIGKILL && State is ProcessState.Paused or ProcessState.Pausing)
            Container.Cgroup?.Thaw();
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
            await RemoveFromRuntimeAsync(neverStarted);
            ProcessExit exit = await Exited;
            await CloseStreamsAsync(TimeSpan.Zero);
            Container.Remove(exit);
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
