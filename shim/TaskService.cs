using Containerd.Task.V3;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Ttrpc;
// The generated service class would hide the framework's.
using Task = System.Threading.Tasks.Task;
using Status = Containerd.V1.Types.Status;
using TaskApi = Containerd.Task.V3.Task;

namespace Pods.Shim;

/// <summary>What containerd calls, one method for each RPC: find, do, answer. Work goes on when a caller gives up on its answer.</summary>
internal sealed class TaskService(Pod pod) : TaskApi.TaskBase
{
    // CRI and ctr give Delete 10 s in all: output that still flows after 6 is cut, so that the answer arrives.
    private static readonly TimeSpan _longestDrain = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan _restOfDelete = TimeSpan.FromSeconds(2);
    private static readonly Empty _nothing = new();

    // Off the connection's loop: a mount that hangs must not hold up the State of other containers.
    public override async Task<CreateTaskResponse> Create(CreateTaskRequest request, ServerCallContext call) =>
        new() { Pid = (uint)await Answer(() => Task.Run(() => pod.CreateAsync(request)), call) };

    public override async Task<StartResponse> Start(StartRequest request, ServerCallContext call)
    {
        ContainerProcess process = pod.Find(request.Id).Process(request.ExecId);
        return new() { Pid = (uint)await Answer(process.StartAsync, call) };
    }

    public override Task<StateResponse> State(StateRequest request, ServerCallContext call)
    {
        if (request.ExecId.Length == 0 && pod.UntoldExit(request.Id) is { } exit)
            return Task.FromResult(StateOf(request.Id, exit));
        Container container = pod.Find(request.Id);
        ContainerProcess process = container.Process(request.ExecId);
        lock (container.Gate)
            return Task.FromResult(StateOf(container, process));
    }

    public override Task<PidsResponse> Pids(PidsRequest request, ServerCallContext call)
    {
        PidsResponse answer = new();
        answer.Processes.AddRange(pod.Find(request.Id).Pids());
        return Task.FromResult(answer);
    }

    public override Task<StatsResponse> Stats(StatsRequest request, ServerCallContext call)
    {
        Any? figures = pod.Find(request.Id).Cgroup is { } cgroup ? Metrics.TryRead(cgroup) : null;
        return Task.FromResult(new StatsResponse
        {
            Stats = figures ?? throw new NotFoundException($"the cgroup of container \"{request.Id}\" does not exist"),
        });
    }

    public override async Task<Empty> Kill(KillRequest request, ServerCallContext call)
    {
        await pod.Find(request.Id).Process(request.ExecId).SignalAsync((int)request.Signal, request.All);
        return _nothing;
    }

    public override Task<Empty> Exec(ExecProcessRequest request, ServerCallContext call)
    {
        if (request.Spec is null)
            throw new ArgumentException($"exec \"{request.ExecId}\": no process given");
        byte[] spec = ExecSpec.WithTerminal(request.Spec.Value.Span, request.Terminal);
        StdioPaths paths = new(request.Stdin, request.Stdout, request.Stderr, request.Terminal);
        pod.Find(request.Id).AddExec(request.ExecId, paths, spec);
        return Task.FromResult(_nothing);
    }

    public override Task<Empty> ResizePty(ResizePtyRequest request, ServerCallContext call)
    {
        pod.Find(request.Id).Process(request.ExecId).Resize(request.Width, request.Height);
        return Task.FromResult(_nothing);
    }

    public override Task<Empty> CloseIO(CloseIORequest request, ServerCallContext call)
    {
        if (request.Stdin)
            pod.Find(request.Id).Process(request.ExecId).CloseInput();
        return Task.FromResult(_nothing);
    }

    public override async Task<WaitResponse> Wait(WaitRequest request, ServerCallContext call)
    {
        ProcessExit exit = await pod.Find(request.Id).Process(request.ExecId).WaitAsync(call.CancellationToken);
        return new() { ExitStatus = exit.Status, ExitedAt = When(exit) };
    }

    public override async Task<Empty> Pause(PauseRequest request, ServerCallContext call)
    {
        await Answer(pod.Find(request.Id).PauseAsync, call);
        return _nothing;
    }

    public override async Task<Empty> Resume(ResumeRequest request, ServerCallContext call)
    {
        await Answer(pod.Find(request.Id).ResumeAsync, call);
        return _nothing;
    }

    public override async Task<Empty> Checkpoint(CheckpointTaskRequest request, ServerCallContext call)
    {
        Container container = pod.Find(request.Id);
        Checkpoint checkpoint = Shim.Checkpoint.Decode(request.Path, request.Options);
        await Answer(() => container.CheckpointAsync(checkpoint), call);
        return _nothing;
    }

    public override async Task<Empty> Update(UpdateTaskRequest request, ServerCallContext call)
    {
        Container container = pod.Find(request.Id);
        byte[] resources = request.Resources?.Value.ToByteArray()
            ?? throw new ArgumentException($"update container \"{request.Id}\": no resources given");
        await Answer(() => container.UpdateAsync(resources), call);
        return _nothing;
    }

    public override async Task<DeleteResponse> Delete(DeleteRequest request, ServerCallContext call)
    {
        await pod.CreationOf(request.Id).WaitAsync(call.CancellationToken);
        Container? container = pod.TryFind(request.Id);
        ProcessExit exit = container is null && request.ExecId.Length == 0 && pod.ExitOfRemoved(request.Id) is { } earlier
            ? earlier
            : await Answer(() => (container ?? pod.Find(request.Id)).Process(request.ExecId).DeleteAsync(DrainLimit(call)), call);
        if (request.ExecId.Length == 0)
            pod.ToldRemoved(request.Id);
        return new() { Pid = (uint)exit.Pid, ExitStatus = exit.Status, ExitedAt = When(exit) };
    }

    public override Task<ConnectResponse> Connect(ConnectRequest request, ServerCallContext call) => Task.FromResult(new ConnectResponse
    {
        ShimPid = (uint)Environment.ProcessId,
        TaskPid = (uint)(pod.TryFind(request.Id)?.Init.Pid ?? 0),
        Version = BuildVersion.Version,
    });

    public override Task<Empty> Shutdown(ShutdownRequest request, ServerCallContext call)
    {
        pod.Shutdown(call.Answered());
        return Task.FromResult(_nothing);
    }

    private static StateResponse StateOf(Container container, ContainerProcess process) => new()
    {
        Id = process.ExecId.Length == 0 ? container.Id : process.ExecId,
        ExecId = process.ExecId,
        Bundle = container.Bundle.Directory,
        Pid = (uint)process.Pid,
        Status = StatusOf(container.Init.State is ProcessState.Pausing or ProcessState.Paused && process.State == ProcessState.Running
            ? container.Init.State
            : process.State),
        Stdin = process.Paths.Stdin,
        Stdout = process.Paths.Stdout,
        Stderr = process.Paths.Stderr,
        Terminal = process.Paths.Terminal,
        ExitStatus = process.Exit?.Status ?? 0,
        ExitedAt = When(process.Exit),
    };

    private static StateResponse StateOf(string id, ProcessExit exit) => new()
    {
        Id = id,
        Pid = (uint)exit.Pid,
        Status = Status.Stopped,
        ExitStatus = exit.Status,
        ExitedAt = When(exit),
    };

    private static Status StatusOf(ProcessState state) => state switch
    {
        ProcessState.Created => Status.Created,
        ProcessState.Running => Status.Running,
        ProcessState.Pausing => Status.Pausing,
        ProcessState.Paused => Status.Paused,
        _ => Status.Stopped,
    };

    // Go's zero time, the year 1, is what clients take for "not yet".
    private static Timestamp When(ProcessExit? exit) => Timestamp.FromDateTimeOffset(exit?.At ?? DateTimeOffset.MinValue);

    private static TimeSpan DrainLimit(ServerCallContext call)
    {
        TimeSpan left = call.Deadline - DateTime.UtcNow - _restOfDelete;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < _longestDrain ? left : _longestDrain;
    }

    private static Task<T> Answer<T>(Func<Task<T>> work, ServerCallContext call) => work().WaitAsync(call.CancellationToken);

    private static Task Answer(Func<Task> work, ServerCallContext call) => work().WaitAsync(call.CancellationToken);
}
