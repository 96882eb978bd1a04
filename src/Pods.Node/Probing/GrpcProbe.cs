using Grpc.Core;
using Grpc.Health.V1;
using Pods.Grpc;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>Asks grpc.health.v1.Health/Check, without TLS, over a connection of its own.</summary>
internal static class GrpcProbe
{
    public static async Task<ProbeAnswer> AskAsync(ProbeTarget target, GrpcAction action, CancellationToken cancel)
    {
        await using GrpcChannel channel = GrpcChannel.ForTcp(target.Host, action.Port ?? 0);
        Health.HealthClient client = new(channel.CreateCallInvoker());
        try
        {
            using AsyncUnaryCall<HealthCheckResponse> call = client.CheckAsync(
                new HealthCheckRequest { Service = action.Service ?? "" }, cancellationToken: cancel);
            HealthCheckResponse answer = await call.ResponseAsync;
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving
                ? ProbeAnswer.Good : new(false, $"service unhealthy (responded with \"{NameOf(answer.Status)}\")");
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return new(false, "this server does not implement the grpc health protocol (grpc.health.v1.Health)");
        }
        catch (RpcException e) when (!cancel.IsCancellationRequested)
        {
            return new(false, $"health rpc to {target.Host}:{action.Port} failed: {e.StatusCode}: {e.Status.Detail}",
                WasAnswered: e.StatusCode != StatusCode.Unavailable);
        }
        catch (RpcException e)
        {
            throw new OperationCanceledException(e.Message, e, cancel);
        }
    }

    private static string NameOf(HealthCheckResponse.Types.ServingStatus status) => status switch
    {
        HealthCheckResponse.Types.ServingStatus.NotServing => "NOT_SERVING",
        HealthCheckResponse.Types.ServingStatus.ServiceUnknown => "SERVICE_UNKNOWN",
        _ => "UNKNOWN",
    };
}
