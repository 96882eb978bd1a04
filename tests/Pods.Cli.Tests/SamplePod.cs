using Pods.Manifests;

namespace Pods.Cli.Tests;

/// <summary>Pods as podsd reports them.</summary>
internal static class SamplePod
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static Pod Of(params ContainerStatus[] statuses) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new() { Name = "web", Namespace = "default", CreationTimestamp = Now.AddMinutes(-5) },
        Spec = new() { Containers = [.. statuses.Select(status => new Container { Name = status.Name })] },
        Status = new() { Phase = "Running", ContainerStatuses = statuses },
    };

    public static Pod WithInit(params ContainerStatus[] statuses) => new()
    {
        Metadata = new() { Name = "web" },
        Spec = new()
        {
            InitContainers = [.. statuses.Select(status => new Container { Name = status.Name })],
            Containers = [new() { Name = "app" }],
        },
        Status = new()
        {
            Phase = "Pending",
            InitContainerStatuses = statuses,
            ContainerStatuses = [Waiting("app", "PodInitializing")],
        },
    };

    public static ContainerStatus Running(string name, bool ready = true) =>
        new() { Name = name, Ready = ready, State = new() { Running = new() { StartedAt = Now.AddMinutes(-4) } } };

    public static ContainerStatus Waiting(string name, string reason) =>
        new() { Name = name, State = new() { Waiting = new() { Reason = reason } } };

    public static ContainerStatus Ended(string name, string? reason, int exitCode, int? signal = null) => new()
    {
        Name = name,
        State = new() { Terminated = new() { Reason = reason, ExitCode = exitCode, Signal = signal, FinishedAt = Now.AddMinutes(-1) } },
    };
}
