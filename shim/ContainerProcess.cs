using Pods.Linux;

namespace Pods.Shim;

/// <summary>One process that a client knows by name: a container's init, or an exec in it. Made by Create or Exec, gone with Delete.</summary>
internal abstract class ContainerProcess(Container container, string execId, StdioPaths paths)
{
    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _observing = Task.CompletedTask;
    // Not as continuations of the task: it keeps a list as long as it ever was, of clients that went away long ago.
    private HashSet<TaskCompletionSource<ProcessExit>>? _waiting;   // guarded by container.Gate
    private PidFd? _handle;   // guarded by container.Gate
    private Task<ProcessExit>? _deleting;   // guarded by container.Gate

    public string ExecId => execId;
    public StdioPaths Paths => paths;
    public int Pid { get; private set; }
    public Stdio? Io { get; protected set; }
    public ProcessState State { get; private set; }   // written under container.Gate
    public ProcessExit? Exit { get; private set; }   // written under container.Gate

    /// <summary>Ends when the exit has been told: State shows it by then.</summary>
    public Task<ProcessExit> Exited => _exited.Task;

    /// <summary>The exit as soon as it has been told. Clients that give up leave nothing behind.</summary>
    public async Task<ProcessExit> WaitAsync(CancellationToken givenUp)
    {
        TaskCompletionSource<ProcessExit> waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (container.Gate)
        {
            if (Exited.IsCompleted)
                waiter.SetResult(Exited.Result);
            else
                (_waiting ??= []).Add(waiter);
        }
        try
        {
            return await waiter.Task.WaitAsync(givenUp);
        }
        finally
        {
            lock (container.Gate)
            {
                if (_waiting?.Remove(waiter) == true && _waiting.Count == 0)
                    _waiting = null;
            }
        }
    }

    /// <summary>One change at a time: start, pause, resume, update and delete of a process wait for each other, State for none.</summary>
    protected internal SemaphoreSlim Turn { get; } = new(1, 1);

    protected Container Container => container;

    protected string Name => execId.Length == 0 ? $"container \"{container.Id}\"" : $"exec \"{execId}\" of container \"{container.Id}\"";

    public abstract Task<int> StartAsync();

    public abstract Task SignalAsync(int signal, bool all);

    /// <summary>The same answer however often it is asked, and whoever gave up waiting for it.</summary>
    /// <param name="drainLimit">How long output that is still under way may take.</param>
    public Task<ProcessExit> DeleteAsync(TimeSpan drainLimit)
    {
        lock (container.Gate)
        {
            if (_deleting is null || _deleting.IsFaulted)
                _deleting = Task.Run(() => RemoveAsync(drainLimit));
            return _deleting;
        }
    }

    public string Describe() => $"{State.Word()}, pid {Pid}"
        + (Exit is { } exit ? $", exit status {exit.Status}" : "") + (Turn.CurrentCount == 0 ? ", a change is under way" : "");

    public void Resize(uint columns, uint rows)
    {
        if (State == ProcessState.Stopped)
            throw new WrongStateException($"cannot resize the terminal of {Name}: it has ended");
        Io?.Resize((ushort)Math.Min(columns, ushort.MaxValue), (ushort)Math.Min(rows, ushort.MaxValue));
    }

    public void CloseInput() => Io?.CloseInput();

    /// <summary>Moves along the state table or says why not. The caller holds container.Gate.</summary>
    public void Change(ProcessEvent happened) =>
        State = ProcessStates.Next(State, happened) ?? throw Cannot(happened.Verb());

    /// <summary>From here on the process is alive or has an exit on its way.</summary>
    public void Began(int pid, Task<Exit> exited)
    {
        lock (container.Gate)
        {
            Pid = pid;
            _handle = PidFd.TryOpen(pid);
        }
        _observing = ObserveAsync(exited);
    }

    /// <summary>Makes an exit visible to State, then to those who wait. The caller holds container.Gate and tells the event.</summary>
    public void Ended(ProcessExit exit)
    {
        Exit = exit;
        Change(ProcessEvent.Exited);
        Unblock(exit);
        _handle?.Dispose();
        _handle = null;
    }

    /// <summary>Answers those who wait for a process that will never run.</summary>
    protected void Unblock(ProcessExit exit)
    {
        lock (container.Gate)
        {
            _exited.TrySetResult(exit);
            foreach (TaskCompletionSource<ProcessExit> waiter in _waiting ?? [])
                waiter.TrySetResult(exit);
        }
    }

    protected abstract Task<ProcessExit> RemoveAsync(TimeSpan drainLimit);

    protected WrongStateException Cannot(string verb) => new($"cannot {verb} {Name}: it is {State.Word()}");

    protected void Send(int signal)
    {
        PidFd? handle;
        lock (container.Gate)
            handle = _handle;
        try
        {
            if (handle is null || !handle.TrySignal(signal))
                throw new NotFoundException($"{Name}: process already finished");
        }
        catch (ObjectDisposedException)
        {
            throw new NotFoundException($"{Name}: process already finished");
        }
    }

    /// <summary>Waits for the last output, but never longer than the limit: a grandchild may hold a pipe for ever.</summary>
    protected async Task CloseStreamsAsync(TimeSpan drainLimit)
    {
        await _observing;
        if (Io is not { } io)
            return;
        await io.Drained.EndsWithinAsync(drainLimit);
        await io.DisposeAsync();
    }

    private async Task ObserveAsync(Task<Exit> exited)
    {
        Exit exit = await exited;
        Io?.ProcessEnded();
        await container.ReapedAsync(new(execId, Pid, (uint)exit.Status, exit.At));
    }
}
