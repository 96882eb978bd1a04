using Containerd.Events;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>A process that a client starts in a container beside its init: an interactive shell, a probe.</summary>
internal sealed class ExecProcess(Container container, string execId, StdioPaths paths, byte[] spec)
    : ContainerProcess(container, execId, paths)
{
    // What containerd's clients show for a process that could not be run.
    private const uint NeverRan = 255;

    public override async Task<int> StartAsync()
    {
        await Turn.WaitAsync();
        try
        {
            lock (Container.Gate)
            {
                if (State != ProcessState.Created)
                    throw Cannot("start");
                if (!Container.Order.TryAdmitExec(ExecId))
                    throw new WrongStateException($"cannot start {Name}: the container has ended");
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

    public override Task SignalAsync(int signal, bool all)
    {
        if (State == ProcessState.Created)
            throw new WrongStateException($"cannot signal {Name}: it has not been started");
        if (State is ProcessState.Stopped or ProcessState.Deleted)
            throw new NotFoundException($"{Name}: process already finished");
        Send(signal);
        return Task.CompletedTask;
    }

    protected override async Task<ProcessExit> RemoveAsync(TimeSpan drainLimit)
    {
        await Turn.WaitAsync();
        try
        {
            if (State is not (ProcessState.Created or ProcessState.Stopped))
                throw Cannot("delete");
            await CloseStreamsAsync(drainLimit);
            File.Delete(Container.Bundle.ExecPidFile(ExecId));
            Container.RemoveExec(this);
            ProcessExit exit = Exit ?? new(ExecId, 0, 0, DateTimeOffset.MinValue);
            Unblock(exit);
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
            await SpawnAsync();
        }
        catch
        {
            lock (Container.Gate)
            {
                Ended(new(ExecId, 0, NeverRan, DateTimeOffset.UtcNow));
                Container.Tell(Container.Order.ExecFailed(ExecId));
            }
            if (Io is { } io)
                await io.DisposeAsync();
            throw;
        }
        lock (Container.Gate)
        {
            Change(ProcessEvent.Started);
            Container.Events.Publish(new TaskExecStarted { ContainerId = Container.Id, ExecId = ExecId, Pid = (uint)Pid });
            Container.Tell(Container.Order.Release(ExecId));
        }
    }

    private async Task SpawnAsync()
    {
        string specFile = Container.Bundle.ExecSpec(ExecId);
        try
        {
            Bundle.Replace(specFile, spec, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Io = await Stdio.OpenAsync(Container.Pod.Streams, Paths, Container.Owner);
            using OrphanWatch orphans = Container.Children.ExpectOrphans();
            await Io.RunAsync(socket => Container.Runc.ExecAsync(Container.Id, ExecId, Io.ChildDescriptors, socket));
            string pidFile = Container.Bundle.ExecPidFile(ExecId);
            int pid = Bundle.ReadPid(pidFile) ?? throw new RuncException("exec", 0, $"no pid in {pidFile}");
            Began(pid, await Runc.ClaimAsync(orphans, pid));
        }
        finally
        {
            File.Delete(specFile);
        }
    }
}
