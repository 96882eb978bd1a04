using Containerd.Runtime.Sandbox.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Shim;

/// <summary>The sandbox service's methods.</summary>
internal sealed class SandboxMethods(SandboxService service) : ServiceMethods
{
    public const string Service = "containerd.runtime.sandbox.v1.Sandbox";

    private static readonly HashSet<string> _names =
    [
        "CreateSandbox", "Platform", "PingSandbox", "SandboxMetrics", "SandboxStatus", "ShutdownSandbox", "StartSandbox", "StopSandbox", "WaitSandbox",
    ];

    protected override HashSet<string> Names => _names;

    protected override async Task<IMessage> AnswerAsync(string method, ByteString payload, ServerCallContext call) => method switch
    {
        "CreateSandbox" => await service.CreateSandbox(CreateSandboxRequest.Parser.ParseFrom(payload), call),
        "Platform" => await service.Platform(PlatformRequest.Parser.ParseFrom(payload), call),
        "PingSandbox" => await service.PingSandbox(PingRequest.Parser.ParseFrom(payload), call),
        "SandboxMetrics" => await service.SandboxMetrics(SandboxMetricsRequest.Parser.ParseFrom(payload), call),
        "SandboxStatus" => await service.SandboxStatus(SandboxStatusRequest.Parser.ParseFrom(payload), call),
        "ShutdownSandbox" => await service.ShutdownSandbox(ShutdownSandboxRequest.Parser.ParseFrom(payload), call),
        "StartSandbox" => await service.StartSandbox(StartSandboxRequest.Parser.ParseFrom(payload), call),
        "StopSandbox" => await service.StopSandbox(StopSandboxRequest.Parser.ParseFrom(payload), call),
        _ => await service.WaitSandbox(WaitSandboxRequest.Parser.ParseFrom(payload), call),
    };
}
