using Containerd.Services.Tasks.V1;

namespace Pods.Containerd;

/// <summary>What is asked of, and done to, a task that runs.</summary>
public sealed partial class TaskService
{
    /// <summary>Every process of the container. Empty: there is no such task.</summary>
    public async Task<IReadOnlyList<int>> PidsAsync(string containerId, CancellationToken cancel)
    {
        using var call = _tasks.ListPidsAsync(new() { ContainerId = containerId }, cancellationToken: cancel);
        ListPidsResponse? found = await Answer.OrNull(call, $"list processes of \"{containerId}\"", cancel);
        return found is null ? [] : [.. found.Processes.Select(p => (int)p.Pid)];
    }

    /// <summary>False: there is no such process any more.</summary>
    public async Task<bool> ResizeAsync(string containerId, string execId, int width, int height, CancellationToken cancel)
    {
        ResizePtyRequest request = new() { ContainerId = containerId, ExecId = execId, Width = (uint)width, Height = (uint)height };
        using var call = _tasks.ResizePtyAsync(request, cancellationToken: cancel);
        return await Answer.Found(call, $"resize the terminal of {Name(containerId, execId)}", cancel);
    }

    /// <summary>False: there is no such process any more.</summary>
    public async Task<bool> CloseInputAsync(string containerId, string execId, CancellationToken cancel)
    {
        CloseIORequest request = new() { ContainerId = containerId, ExecId = execId, Stdin = true };
        using var call = _tasks.CloseIOAsync(request, cancellationToken: cancel);
        return await Answer.Found(call, $"close the input of {Name(containerId, execId)}", cancel);
    }

    public async Task PauseAsync(string containerId, CancellationToken cancel)
    {
        using var call = _tasks.PauseAsync(new() { ContainerId = containerId }, cancellationToken: cancel);
        await Answer.Of(call, $"pause task \"{containerId}\"", cancel);
    }

    public async Task ResumeAsync(string containerId, CancellationToken cancel)
    {
        using var call = _tasks.ResumeAsync(new() { ContainerId = containerId }, cancellationToken: cancel);
        await Answer.Of(call, $"resume task \"{containerId}\"", cancel);
    }

    /// <summary>Sets limits; <paramref name="resources"/> is OCI's linux.resources as JSON.</summary>
    public async Task UpdateAsync(string containerId, ReadOnlyMemory<byte> resources, CancellationToken cancel)
    {
        UpdateTaskRequest request = new() { ContainerId = containerId, Resources = OciJson.LinuxResources(resources) };
        using var call = _tasks.UpdateAsync(request, cancellationToken: cancel);
        await Answer.Of(call, $"update task \"{containerId}\"", cancel);
    }

    /// <summary>Filters as containerd words them: <c>id==web</c>.</summary>
    public async Task<IReadOnlyList<TaskMetric>> MetricsAsync(CancellationToken cancel, params string[] filters)
    {
        using var call = _tasks.MetricsAsync(new() { Filters = { filters } }, cancellationToken: cancel);
        return
        [
            .. (await Answer.Of(call, "read metrics", cancel)).Metrics.Where(m => m.Data is not null).Select(
                m => new TaskMetric(m.Id, m.Timestamp?.ToDateTimeOffset() ?? default, m.Data)),
        ];
    }
}
