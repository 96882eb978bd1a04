using Containerd.Events;
using Containerd.Services.Events.Ttrpc.V1;
using Containerd.Services.Events.V1;
using Containerd.Types;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Grpc;
using Pods.TestKit;
using Pods.Ttrpc;
using GrpcEvents = Containerd.Services.Events.V1.Events;
using TtrpcEvents = Containerd.Services.Events.Ttrpc.V1.Events;

namespace Pods.Protocol.Tests;

/// <summary>The ttrpc client against the server that the shim's events go to.</summary>
public sealed class TtrpcContainerdTests
{
    [SkippableFact]
    public async Task Event_forwarded_by_ttrpc_arrives_at_a_grpc_subscriber()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using TtrpcChannel publisher = await TtrpcChannel.ConnectAsync(containerd.EventsAddress, default);
        await using GrpcChannel subscriber = GrpcChannel.ForUnixSocket(containerd.Address);
        TtrpcEvents.EventsClient events = new(publisher.CreateCallInvoker());
        using AsyncServerStreamingCall<Envelope> subscription =
            new GrpcEvents.EventsClient(subscriber.CreateCallInvoker()).Subscribe(new SubscribeRequest { Filters = { "topic==\"/tasks/exit\"" } });
        Task<bool> arrived = subscription.ResponseStream.MoveNext(CancellationToken.None);

        TaskExit exit = new() { ContainerId = "c", Id = "c", Pid = 77, ExitStatus = 137 };
        await Eventually.True(async () =>
        {
            await events.ForwardAsync(Exit(exit), deadline: DateTime.UtcNow.AddSeconds(5));
            return arrived.IsCompleted;
        }, "the exit arrives");

        Assert.True(await arrived);
        Assert.Equal("ttrpc-test", subscription.ResponseStream.Current.Namespace);
        Assert.Equal(exit, TaskExit.Parser.ParseFrom(subscription.ResponseStream.Current.Event.Value));
    }

    [SkippableFact]
    public async Task Unknown_service_is_answered_Unimplemented_by_containerd_as_by_us()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(containerd.EventsAddress, default);

        RpcException unknown = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Containerd.Task.V2.Task.TaskClient(channel.CreateCallInvoker()).StateAsync(new()));

        Assert.Equal(StatusCode.Unimplemented, unknown.StatusCode);
    }

    private static ForwardRequest Exit(TaskExit exit) => new()
    {
        Envelope = new Envelope
        {
            Timestamp = Timestamp.FromDateTime(DateTime.UtcNow),
            Namespace = "ttrpc-test",
            Topic = "/tasks/exit",
            Event = new Any { TypeUrl = "containerd.events.TaskExit", Value = exit.ToByteString() },
        },
    };
}
