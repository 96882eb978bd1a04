using Pods.Manifests;

namespace Pods.Node;

/// <summary>Asks one probe's question once, within its timeout; shared by the probes of all pods.</summary>
public sealed class ProbeCalls : IDisposable
{
    internal HttpProbe Http { get; } = new();

    public void Dispose() => Http.Dispose();

    internal async Task<ProbeAnswer> AskAsync(NodeServices node, StoredPod stored, Container container, Probe probe, CancellationToken cancel)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(probe.TimeoutSeconds ?? 1);
        using CancellationTokenSource limit = new(timeout, node.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            ProbeTarget target = ProbeTarget.Of(node, stored, container);
            return probe switch
            {
                { Exec: { } exec } => await ExecProbe.AskAsync(node, stored, container, exec, either.Token),
                { HttpGet: { } request } => await Http.AskAsync(target, request, either.Token),
                { TcpSocket: { } socket } => await TcpProbe.AskAsync(target, socket, either.Token),
                { Grpc: { } grpc } => await GrpcProbe.AskAsync(target, grpc, either.Token),
                _ => ProbeAnswer.Good,
            };
        }
        catch (Exception) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new(false, $"no answer within {timeout.TotalSeconds:0} s", WasAnswered: false);
        }
        // Whatever it was, it was no good answer: the probe goes on asking.
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            return new(false, e.Message, WasAnswered: false);
        }
    }
}
