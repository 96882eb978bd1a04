using Containerd.Runtime.Sandbox.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Shim;

/// <summary>The sandbox service's methods by their names on the wire; written out for the reason that <see cref="TaskMethods"/> has.</summary>
internal sealed class SandboxMethods(SandboxService service, IdleCollection idle)
{
    public const string Service = "containerd.runtime.sandbox.v1.Sandbox";

    private static readonly HashSet<string> _names =
    [
        "CreateSandbox", "Platform", "PingSandbox", "SandboxMetrics", "SandboxStatus", "ShutdownSandbox", "StartSandbox", "StopSandbox", "WaitSandbox",
    ];

    /// <summary>Null for a name that is no method's.</summary>
    public Task<ByteString>? TryServe(string method, ByteString payload, ServerCallContext call) =>
        _names.Contains(method) ? ServeAsync(method, payload, call) : null;

    private async Task<ByteString> ServeAsync(string method, ByteString payload, ServerCallContext call)
    {
        try
        {
            return (await AnswerAsync(method, payload, call)).ToByteString();
        }
        finally
        {
            idle.Touch();
        }
    }

    private async Task<IMessage> AnswerAsync(string method, ByteString payload, ServerCallContext call) => method switch
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
