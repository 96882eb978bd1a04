using System.Net.Sockets;
using Containerd.Services.Version.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Grpc;
using Pods.TestKit;
using Xunit.Abstractions;
using Version = Containerd.Services.Version.V1.Version;

namespace Pods.Protocol.Tests;

/// <summary>Peers that do not even speak HTTP/2: each call ends with a status within its deadline.</summary>
public sealed class GrpcMisbehaviourTests(ITestOutputHelper output)
{
    private static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    public static TheoryData<string, byte[]> FirstBytes => new()
    {
        { "nothing, then the end", [] },
        { "half a frame header", [0, 0, 0, 4] },
        { "HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray() },
        { "settings, then half a frame", [.. Settings, 0, 0, 9, 1, 4] },
        { "settings, then GOAWAY", [.. Settings, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "a frame of 16 MiB", [.. Settings, 255, 255, 255, 0, 0, 0, 0, 0, 1] },
        { "headers for a stream that is not open", [.. Settings, 0, 0, 1, 1, 4, 0, 0, 0, 99, 0x88] },
        { "broken header compression", [.. Settings, 0, 0, 3, 1, 4, 0, 0, 0, 1, 0xff, 0xff, 0xff] },
    };

    [Theory]
    [MemberData(nameof(FirstBytes))]
    public async Task Peer_that_speaks_something_else_and_closes_ends_the_call(string what, byte[] bytes)
    {
        Status status = await CallAsync(bytes);
        Assert.True(status.StatusCode is StatusCode.Unavailable or StatusCode.Internal, $"{what}: {status}");
    }

    [Fact]
    public async Task Peer_that_never_speaks_is_given_up_at_the_deadline()
    {
        using ScratchDirectory scratch = new();
        using Socket listener = Listen(scratch.File("mute.sock"));
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(scratch.File("mute.sock"));
        Version.VersionClient client = new(channel.CreateCallInvoker());

        RpcException late = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.VersionAsync(new Empty(), deadline: DateTime.UtcNow.AddMilliseconds(100)));

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
    }

    [Theory]
    [InlineData(false, "no such file or directory")]
    [InlineData(true, "connection refused")]
    public async Task Nobody_listening_is_unavailable_and_names_the_socket(bool socketExists, string reason)
    {
        using ScratchDirectory scratch = new();
        string path = scratch.File("gone.sock");
        // Closing the listener removes the file that it was bound to: under another name it stays.
        using (Listen(scratch.File("bound.sock")))
            if (socketExists)
                File.Move(scratch.File("bound.sock"), path);
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(path);

        RpcException e = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Version.VersionClient(channel.CreateCallInvoker()).VersionAsync(new Empty()));

        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        Assert.Equal($"connect {path}: {reason}", e.Status.Detail);
    }

    [Fact]
    public void Socket_path_that_the_kernel_cannot_take_is_refused_at_once()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => GrpcChannel.ForUnixSocket("/" + new string('x', 120)));
        Assert.Contains("121 characters, at most 107 bytes are possible", e.Message);
    }

    [Fact]
    public async Task Mutated_answers_never_hang_or_crash_the_client()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        // :status 200, content-type application/grpc; then an empty message; then grpc-status 0.
        byte[] good =
        [
            .. Settings,
            0, 0, 20, 1, 4, 0, 0, 0, 1, 0x88, 0x0f, 0x10, 16, .. "application/grpc"u8,
            0, 0, 5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0,
            0, 0, 15, 1, 5, 0, 0, 0, 1, 0, 11, .. "grpc-status"u8, 1, (byte)'0',
        ];
        for (int i = 0; i < 500; i++)
        {
            byte[] wire = [.. good];
            for (int n = random.Next(1, 6); n > 0; n--)
                wire[random.Next(wire.Length)] = (byte)random.Next(256);
            Status status = await CallAsync(wire);
            Assert.NotEqual(StatusCode.DeadlineExceeded, status.StatusCode);
        }
    }

    private static async Task<Status> CallAsync(byte[] answer)
    {
        using ScratchDirectory scratch = new();
        using Socket listener = Listen(scratch.File("peer.sock"));
        using CancellationTokenSource stop = new();
        Task serving = ServeAsync(listener, answer, stop.Token);
        Status status = Status.DefaultSuccess;
        await using (GrpcChannel channel = GrpcChannel.ForUnixSocket(scratch.File("peer.sock")))
        {
            try
            {
                await new Version.VersionClient(channel.CreateCallInvoker()).VersionAsync(new Empty(), deadline: DateTime.UtcNow.AddSeconds(20));
            }
            catch (RpcException e)
            {
                status = e.Status;
            }
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        return status;
    }

    private static async Task ServeAsync(Socket listener, byte[] answer, CancellationToken stop)
    {
        byte[] request = new byte[4096];
        while (true)
        {
            using Socket socket = await listener.AcceptAsync(stop);
            // Only after the request: an answer that comes before it is about a stream that does not exist yet.
            for (int read = 0; read < 100;)
                read += await socket.ReceiveAsync(request, stop) is > 0 and var count ? count : 100;
            await socket.SendAsync(answer, stop);
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private static Socket Listen(string path)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return listener;
    }
}
