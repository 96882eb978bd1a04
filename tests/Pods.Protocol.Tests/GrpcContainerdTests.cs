using System.Security.Cryptography;
using Containerd.Services.Content.V1;
using Containerd.Services.Events.V1;
using Containerd.Services.Namespaces.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Grpc;
using Pods.TestKit;
using Version = Containerd.Services.Version.V1.Version;

namespace Pods.Protocol.Tests;

/// <summary>The gRPC client against the server it is for.</summary>
public sealed class GrpcContainerdTests
{
    private static readonly GrpcChannelOptions InNamespace = new()
    {
        Headers = new Dictionary<string, string> { ["containerd-namespace"] = "grpc-test" },
    };

    [SkippableFact]
    public async Task Unary_calls_reach_containerd_and_bring_its_status_back()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(containerd.Address, InNamespace);

        Assert.NotEmpty((await new Version.VersionClient(channel.CreateCallInvoker()).VersionAsync(new Empty())).Version);

        Namespaces.NamespacesClient namespaces = new(channel.CreateCallInvoker());
        await namespaces.CreateAsync(new CreateNamespaceRequest { Namespace = new Namespace { Name = "grpc-test" } });
        Assert.Contains((await namespaces.ListAsync(new ListNamespacesRequest())).Namespaces, n => n.Name == "grpc-test");

        RpcException exists = await Assert.ThrowsAsync<RpcException>(async () =>
            await namespaces.CreateAsync(new CreateNamespaceRequest { Namespace = new Namespace { Name = "grpc-test" } }));
        Assert.Equal(StatusCode.AlreadyExists, exists.StatusCode);
        Assert.Contains("grpc-test", exists.Status.Detail);
    }

    [SkippableFact]
    public async Task A_blob_of_20_MB_is_written_in_chunks_and_read_back()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(containerd.Address, InNamespace);
        await new Namespaces.NamespacesClient(channel.CreateCallInvoker())
            .CreateAsync(new CreateNamespaceRequest { Namespace = new Namespace { Name = "grpc-test" } });
        Content.ContentClient content = new(channel.CreateCallInvoker());
        byte[] blob = new byte[20_000_000];
        new Random(20).NextBytes(blob);
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob));

        using (AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write = content.Write())
        {
            const int chunk = 1 << 20;
            for (int at = 0; at < blob.Length; at += chunk)
            {
                await write.RequestStream.WriteAsync(new WriteContentRequest
                {
                    Action = WriteAction.Write,
                    Ref = "blob",
                    Total = blob.Length,
                    Offset = at,
                    Data = ByteString.CopyFrom(blob, at, Math.Min(chunk, blob.Length - at)),
                });
                Assert.True(await write.ResponseStream.MoveNext(CancellationToken.None));
                Assert.Equal(Math.Min(at + chunk, blob.Length), write.ResponseStream.Current.Offset);
            }
            await write.RequestStream.WriteAsync(new WriteContentRequest
            {
                Action = WriteAction.Commit,
                Ref = "blob",
                Total = blob.Length,
                Expected = digest,
                Offset = blob.Length,
            });
            await write.RequestStream.CompleteAsync();
            // containerd sends its answer to the commit twice.
            while (await write.ResponseStream.MoveNext(CancellationToken.None))
                Assert.Equal(digest, write.ResponseStream.Current.Digest);
            Assert.Equal(StatusCode.OK, write.GetStatus().StatusCode);
        }

        using AsyncServerStreamingCall<ReadContentResponse> read = content.Read(new ReadContentRequest { Digest = digest });
        MemoryStream back = new();
        await foreach (ReadContentResponse part in read.ResponseStream.ReadAllAsync())
            part.Data.WriteTo(back);
        Assert.Equal(blob, back.ToArray());
    }

    [SkippableFact]
    public async Task A_refused_write_tells_the_writer_the_servers_status()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(containerd.Address, InNamespace);
        using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write =
            new Content.ContentClient(channel.CreateCallInvoker()).Write();

        WriteContentRequest withoutRef = new() { Action = WriteAction.Write, Data = ByteString.CopyFrom(new byte[1 << 20]) };
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await write.RequestStream.WriteAsync(withoutRef);
        });

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal(refused.Status.Detail, write.GetStatus().Detail);
    }

    [SkippableFact]
    public async Task Events_arrive_until_the_subscription_is_cancelled()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(containerd.Address, InNamespace);
        using CancellationTokenSource enough = new();
        using AsyncServerStreamingCall<Containerd.Types.Envelope> events =
            new Events.EventsClient(channel.CreateCallInvoker()).Subscribe(new SubscribeRequest(), cancellationToken: enough.Token);

        Task<bool> first = events.ResponseStream.MoveNext(CancellationToken.None);
        await PublishUntilAsync(channel, first);
        Assert.True(await first);
        Assert.Equal("/namespaces/create", events.ResponseStream.Current.Topic);

        await enough.CancelAsync();
        RpcException end = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await events.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        });
        Assert.Equal(StatusCode.Cancelled, end.StatusCode);
        Assert.Equal(StatusCode.Cancelled, events.GetStatus().StatusCode);
    }

    [SkippableFact]
    public async Task A_stream_ends_as_unavailable_when_containerd_is_killed_and_the_channel_serves_its_successor()
    {
        await using ContainerdDaemon containerd = await ContainerdDaemon.StartAsync();
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(containerd.Address, InNamespace);
        using AsyncServerStreamingCall<Containerd.Types.Envelope> events =
            new Events.EventsClient(channel.CreateCallInvoker()).Subscribe(new SubscribeRequest());
        Task<bool> next = events.ResponseStream.MoveNext(CancellationToken.None);
        await PublishUntilAsync(channel, next);
        next = events.ResponseStream.MoveNext(CancellationToken.None);

        await containerd.KillAsync();

        RpcException lost = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await next)
                next = events.ResponseStream.MoveNext(CancellationToken.None);
        });
        Assert.Equal(StatusCode.Unavailable, lost.StatusCode);
        Assert.Contains(containerd.Address, lost.Status.Detail);

        Version.VersionClient version = new(channel.CreateCallInvoker());
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await version.VersionAsync(new Empty()));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Equal($"connect {containerd.Address}: connection refused", refused.Status.Detail);

        await containerd.StartAgainAsync();
        Assert.NotEmpty((await version.VersionAsync(new Empty())).Version);
    }

    /// <summary>The server does not say when a subscription has begun: events are made until one arrives.</summary>
    private static async Task PublishUntilAsync(GrpcChannel channel, Task<bool> arrived)
    {
        Namespaces.NamespacesClient namespaces = new(channel.CreateCallInvoker());
        int made = 0;
        await Eventually.True(async () =>
        {
            await namespaces.CreateAsync(new CreateNamespaceRequest { Namespace = new Namespace { Name = $"event-{made++}" } });
            return arrived.IsCompleted;
        }, "an event arrives");
    }
}
