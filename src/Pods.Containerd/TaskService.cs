using Containerd.Services.Tasks.V1;
using Grpc.Core;
using Process = Containerd.V1.Types.Process;

namespace Pods.Containerd;

/// <summary>Running containers: containerd passes each call on to the container's shim.</summary>
public sealed partial class TaskService
{
    private readonly Tasks.TasksClient _tasks;

    internal TaskService(CallInvoker invoker) => _tasks = new(invoker);

    /// <summary>Answers the pid; the process waits to be started.</summary>
    public async Task<int> CreateAsync(TaskCreation task, CancellationToken cancel)
    {
        CreateTaskRequest request = new()
        {
            ContainerId = task.ContainerId,
            Rootfs = { task.Rootfs.Select(m => m.ToWire()) },
            Stdin = task.Stdin,
            Stdout = task.Stdout,
            Stderr = task.Stderr,
            Terminal = task.Terminal,
            Options = task.Options,
            RuntimePath = task.RuntimePath,
        };
        using var call = _tasks.CreateAsync(request, cancellationToken: cancel);
        return (int)(await Answer.Of(call, $"create task \"{task.ContainerId}\"", cancel)).Pid;
    }

    /// <summary>Starts the task, or an exec of it, and answers the pid.</summary>
    public async Task<int> StartAsync(string containerId, string execId, CancellationToken cancel)
    {
        using var call = _tasks.StartAsync(new() { ContainerId = containerId, ExecId = execId }, cancellationToken: cancel);
        return (int)(await Answer.Of(call, $"start {Name(containerId, execId)}", cancel)).Pid;
    }

    public async Task ExecAsync(ExecCreation exec, CancellationToken cancel)
    {
        ExecProcessRequest request = new()
        {
            ContainerId = exec.ContainerId,
            ExecId = exec.ExecId,
            Spec = OciJson.Process(exec.Process),
            Stdin = exec.Stdin,
            Stdout = exec.Stdout,
            Stderr = exec.Stderr,
            Terminal = exec.Terminal,
        };
        using var call = _tasks.ExecAsync(request, cancellationToken: cancel);
        await Answer.Of(call, $"create {Name(exec.ContainerId, exec.ExecId)}", cancel);
    }

    /// <summary>False: there is no such process any more.</summary>
    public async Task<bool> KillAsync(string containerId, int signal, string execId, bool all, CancellationToken cancel)
    {
        KillRequest request = new() { ContainerId = containerId, ExecId = execId, Signal = (uint)signal, All = all };
        using var call = _tasks.KillAsync(request, cancellationToken: cancel);
        return await Answer.Found(call, $"send signal {signal} to {Name(containerId, execId)}", cancel);
    }

    /// <summary>Removes a task that has ended; its shim ends with the last one of the pod. Null: there is no such task.</summary>
    public async Task<ProcessExit?> DeleteAsync(string containerId, CancellationToken cancel)
    {
        using var call = _tasks.DeleteAsync(new() { ContainerId = containerId }, cancellationToken: cancel);
        return Exit(await Answer.OrNull(call, $"delete task \"{containerId}\"", cancel));
    }

    /// <summary>Null: there is no such exec.</summary>
    public async Task<ProcessExit?> DeleteExecAsync(string containerId, string execId, CancellationToken cancel)
    {
        using var call = _tasks.DeleteProcessAsync(new() { ContainerId = containerId, ExecId = execId }, cancellationToken: cancel);
        return Exit(await Answer.OrNull(call, $"delete {Name(containerId, execId)}", cancel));
    }

    /// <summary>Answers when the process has ended. Null: there is no such process.</summary>
    public async Task<ProcessExit?> WaitAsync(string containerId, string execId, CancellationToken cancel)
    {
        using var call = _tasks.WaitAsync(new() { ContainerId = containerId, ExecId = execId }, cancellationToken: cancel);
        WaitResponse? exit = await Answer.OrNull(call, $"wait for {Name(containerId, execId)}", cancel);
        return exit is null ? null : new(0, (int)exit.ExitStatus, exit.ExitedAt?.ToDateTimeOffset() ?? default);
    }

    public async Task<TaskRecord?> FindAsync(string containerId, string execId, CancellationToken cancel)
    {
        using var call = _tasks.GetAsync(new() { ContainerId = containerId, ExecId = execId }, cancellationToken: cancel);
        return await Answer.OrNull(call, $"look up {Name(containerId, execId)}", cancel) is { Process: { } found }
            ? Record(found) with { ContainerId = containerId, ExecId = execId } : null;
    }

    public async Task<IReadOnlyList<TaskRecord>> ListAsync(CancellationToken cancel)
    {
        using var call = _tasks.ListAsync(new(), cancellationToken: cancel);
        // A list has tasks only, and containerd puts the container's id into either field, by version.
        return
        [
            .. (await Answer.Of(call, "list tasks", cancel)).Tasks.Select(
                p => Record(p) with { ContainerId = p.ContainerId.Length > 0 ? p.ContainerId : p.Id, ExecId = "" }),
        ];
    }

    private static TaskRecord Record(Process process) => new(
        process.ContainerId, process.Id, (int)process.Pid, (ProcessStatus)process.Status, (int)process.ExitStatus,
        process.ExitedAt is { Seconds: > 0 } at ? at.ToDateTimeOffset() : null,
        process.Stdin, process.Stdout, process.Stderr, process.Terminal);

    private static ProcessExit? Exit(DeleteResponse? answer) => answer is null
        ? null : new((int)answer.Pid, (int)answer.ExitStatus, answer.ExitedAt?.ToDateTimeOffset() ?? default);

    private static string Name(string containerId, string execId) =>
        execId.Length == 0 ? $"task \"{containerId}\"" : $"exec \"{execId}\" of \"{containerId}\"";
}
