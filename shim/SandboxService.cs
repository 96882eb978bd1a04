using System.Runtime.InteropServices;
using Containerd.Runtime.Sandbox.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Linux;
using Pods.Ttrpc;
using Task = System.Threading.Tasks.Task;
using SandboxApi = Containerd.Runtime.Sandbox.V1.Sandbox;

namespace Pods.Shim;

/// <summary>What containerd 2 calls for a runtime handler with sandboxer "shim": the pod itself, beside the tasks of its containers.</summary>
internal sealed class SandboxService(Pod pod) : SandboxApi.SandboxBase
{
    private const string Ready = "SANDBOX_READY";
    private const string NotReady = "SANDBOX_NOTREADY";

    public override Task<CreateSandboxResponse> CreateSandbox(CreateSandboxRequest request, ServerCallContext call)
    {
        SandboxSettings settings = SandboxSettings.Decode(request.Options, request.NetnsPath);
        pod.AddSandbox(new(request.SandboxId, new(request.BundlePath), settings, pod.Children));
        return Task.FromResult(new CreateSandboxResponse());
    }

    public override async Task<StartSandboxResponse> StartSandbox(StartSandboxRequest request, ServerCallContext call)
    {
        PodSandbox sandbox = pod.FindSandbox(request.SandboxId);
        int pid = await sandbox.StartAsync();
        return new() { Pid = (uint)pid, CreatedAt = When(sandbox.CreatedAt) };
    }

    public override Task<PlatformResponse> Platform(PlatformRequest request, ServerCallContext call) => Task.FromResult(new PlatformResponse
    {
        Platform = new() { Os = "linux", Architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64" },
    });

    public override async Task<StopSandboxResponse> StopSandbox(StopSandboxRequest request, ServerCallContext call)
    {
        await pod.FindSandbox(request.SandboxId).StopAsync().WaitAsync(call.CancellationToken);
        return new();
    }

    public override async Task<WaitSandboxResponse> WaitSandbox(WaitSandboxRequest request, ServerCallContext call)
    {
        ProcessExit exit = await pod.FindSandbox(request.SandboxId).Ended.WaitAsync(call.CancellationToken);
        return new() { ExitStatus = exit.Status, ExitedAt = When(exit.At) };
    }

    public override Task<SandboxStatusResponse> SandboxStatus(SandboxStatusRequest request, ServerCallContext call)
    {
        PodSandbox sandbox = pod.FindSandbox(request.SandboxId);
        ProcessExit? exit = sandbox.Ended.IsCompletedSuccessfully ? sandbox.Ended.Result : null;
        return Task.FromResult(new SandboxStatusResponse
        {
            SandboxId = sandbox.Id,
            Pid = (uint)sandbox.Pid,
            State = sandbox.Pid > 0 ? Ready : NotReady,
            CreatedAt = When(sandbox.CreatedAt),
            ExitedAt = When(exit?.At),
        });
    }

    public override Task<PingResponse> PingSandbox(PingRequest request, ServerCallContext call)
    {
        pod.FindSandbox(request.SandboxId);
        return Task.FromResult(new PingResponse());
    }

    public override async Task<ShutdownSandboxResponse> ShutdownSandbox(ShutdownSandboxRequest request, ServerCallContext call)
    {
        // To its end also for a caller that does not wait for it: a shim without a sandbox and without containers ends.
        await pod.RemoveSandboxAsync(request.SandboxId, call.Answered()).WaitAsync(call.CancellationToken);
        return new();
    }

    public override Task<SandboxMetricsResponse> SandboxMetrics(SandboxMetricsRequest request, ServerCallContext call)
    {
        string path = pod.FindSandbox(request.SandboxId).Settings.CgroupParent;
        Any figures = (path.Length > 0 ? Metrics.TryRead(Cgroup.At(path)) : null)
            ?? throw new NotFoundException($"sandbox \"{request.SandboxId}\" has no cgroup of its own");
        return Task.FromResult(new SandboxMetricsResponse
        {
            Metrics = new() { Id = request.SandboxId, Timestamp = When(DateTimeOffset.UtcNow), Data = figures },
        });
    }

    // Go's zero time, the year 1, is what clients take for "not yet".
    private static Timestamp When(DateTimeOffset? time) => Timestamp.FromDateTimeOffset(time ?? DateTimeOffset.MinValue);
}
