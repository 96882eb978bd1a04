using Containerd.Services.Events.Ttrpc.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Ttrpc;

namespace Pods.Protocol.Tests;

/// <summary>Weighs the whole process, so nothing else runs beside it.</summary>
[Collection(nameof(Alone))]
public sealed class TtrpcMemoryTests
{
    [Fact]
    public async Task Hundred_thousand_calls_leave_no_memory_behind()
    {
        using StreamPair pair = StreamPair.Create();
        TtrpcServer server = new(e => new Status(StatusCode.Unknown, e.Message));
        server.Add(binder => Events.BindService(binder, new AcceptingEvents()));
        Task serving = server.ServeConnectionAsync(pair.Server, CancellationToken.None);
        await using (TtrpcChannel channel = TtrpcChannel.Over(pair.Client))
        {
            Events.EventsClient client = new(channel.CreateCallInvoker());
            await CallAsync(client, 1_000);
            long before = GC.GetTotalMemory(forceFullCollection: true);

            await CallAsync(client, 100_000);

            // A map entry per call, as in ttrpc#236, would be megabytes.
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 256 * 1024);
        }
        await serving;
    }

    private static async Task CallAsync(Events.EventsClient client, int count)
    {
        for (int i = 0; i < count; i += 100)
            await Task.WhenAll(Enumerable.Range(0, 100).Select(n => CallAsync(client, cancelled: n == 99)));
    }

    /// <summary>One in a hundred is given up by its caller: those leave nothing either.</summary>
    private static async Task CallAsync(Events.EventsClient client, bool cancelled)
    {
        try
        {
            await client.ForwardAsync(new ForwardRequest(), deadline: DateTime.UtcNow.AddSeconds(30), cancellationToken: new(cancelled));
        }
        catch (RpcException e) when (cancelled && e.StatusCode == StatusCode.Cancelled)
        {
        }
    }

    private sealed class AcceptingEvents : Events.EventsBase
    {
        public override Task<Empty> Forward(ForwardRequest request, ServerCallContext context) => Task.FromResult(new Empty());
    }
}

/// <summary>Tests of this collection run after all others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
