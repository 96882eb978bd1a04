using Containerd.Services.Events.Ttrpc.V1;
using Containerd.Ttrpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Ttrpc;
using Xunit.Abstractions;

namespace Pods.Protocol.Tests;

/// <summary>A peer that breaks the protocol in every way: each frame is answered or the connection is closed, never a hang or a crash.</summary>
public sealed class TtrpcMisbehaviourTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly StreamPair _pair = StreamPair.Create();
    private readonly AcceptingEvents _events = new();
    private Task _serving = Task.CompletedTask;

    public Task InitializeAsync()
    {
        _serving = NewServer(_events).ServeConnectionAsync(_pair.Server, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _pair.Client.Dispose();
        await _serving.WaitAsync(Limit);
    }

    [Fact]
    public async Task Unknown_service_and_method_are_answered_Unimplemented()
    {
        Assert.Equal(StatusCode.Unimplemented, await StatusOfAsync(Frame(1, new Request { Service = "containerd.task.v9.Task", Method = "State" })));
        Assert.Equal(StatusCode.Unimplemented, await StatusOfAsync(Frame(3, new Request())));
        Assert.Equal(StatusCode.OK, await StatusOfAsync(Good(5)));
    }

    [Fact]
    public async Task Oversize_request_is_refused_on_its_stream_and_the_connection_lives_on()
    {
        byte[] oversize = new byte[FrameHeader.Size + FrameHeader.MaxPayload + 1];
        new FrameHeader(FrameHeader.MaxPayload + 1, 1, FrameType.Request, FrameFlags.None).Write(oversize);

        Assert.Equal(StatusCode.ResourceExhausted, await StatusOfAsync(oversize));
        Assert.Equal(StatusCode.OK, await StatusOfAsync(Good(3)));
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(5u)]
    [InlineData(3u)]
    [InlineData(0u)]
    public async Task Stream_id_that_is_even_or_used_is_refused(uint stream)
    {
        Assert.Equal(StatusCode.OK, await StatusOfAsync(Good(5)));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(Good(stream)));
        Assert.Equal(StatusCode.OK, await StatusOfAsync(Good(7)));
    }

    [Fact]
    public async Task Garbage_in_envelope_or_payload_is_an_invalid_argument()
    {
        byte[] garbage = [.. Bytes(3, 1, FrameType.Request), 0xff, 0xff, 0xff];
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(garbage));
        Request request = Forward();
        request.Payload = ByteString.CopyFrom(0x0a, 0x7f, 0x00);
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(Frame(3, request)));
    }

    [Fact]
    public async Task Metadata_that_no_header_can_carry_is_left_out()
    {
        Request request = Forward();
        request.Metadata.Add(new KeyValue { Key = "two words\n", Value = "x" });
        request.Metadata.Add(new KeyValue { Key = "trace-bin", Value = "x" });
        request.Metadata.Add(new KeyValue { Key = "Containerd-Namespace-Ttrpc", Value = "k8s.io" });

        Assert.Equal(StatusCode.OK, await StatusOfAsync(Frame(1, request)));
        Assert.Equal("k8s.io", _events.Headers!.GetValue("containerd-namespace-ttrpc"));
        Assert.Single(_events.Headers);
    }

    [Fact]
    public async Task Frames_of_unknown_type_are_ignored()
    {
        await _pair.Client.WriteAsync((byte[])[.. Bytes(3, 9, (FrameType)77), 1, 2, 3, .. Bytes(0, 11, FrameType.Data)]);
        Assert.Equal(StatusCode.OK, await StatusOfAsync(Good(1)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(13)]
    public async Task Peer_that_goes_inside_a_frame_ends_its_connection_only(int bytes)
    {
        await _pair.Client.WriteAsync(Good(1).AsMemory(0, bytes));
        _pair.Client.Dispose();
        await _serving.WaitAsync(Limit);
    }

    [Fact]
    public async Task Peer_that_never_reads_stalls_itself_and_is_let_go_when_it_closes()
    {
        using CancellationTokenSource enough = new(TimeSpan.FromSeconds(2));
        try
        {
            // Far more answers than socket buffers and the server's own bound hold: at some point our writes must block.
            for (uint stream = 1; ; stream += 2)
                await _pair.Client.WriteAsync(Frame(stream, new Request { Service = new string('x', 2000) }), enough.Token);
        }
        catch (OperationCanceledException)
        {
        }
        _pair.Client.Dispose();
        await _serving.WaitAsync(Limit);
    }

    [Fact]
    public async Task Ten_thousand_mutated_frames_never_hang_or_crash_the_server()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] wire = [.. Good(1), .. Good(3)];
            for (int n = random.Next(1, 6); n > 0; n--)
                wire[random.Next(wire.Length)] = (byte)random.Next(256);
            using FakeDuplex peer = new(wire);
            await NewServer(_events).ServeConnectionAsync(peer, CancellationToken.None).WaitAsync(Limit);
        }
    }

    private static TtrpcServer NewServer(AcceptingEvents events)
    {
        TtrpcServer server = new(e => new Status(StatusCode.Unknown, e.Message));
        server.Add(binder => Events.BindService(binder, events));
        return server;
    }

    private async Task<StatusCode> StatusOfAsync(byte[] frame)
    {
        await _pair.Client.WriteAsync(frame);
        FrameStream answers = new(_pair.Client);
        FrameHeader header = (await answers.ReadHeaderAsync(default).AsTask().WaitAsync(Limit))!.Value;
        Assert.Equal(FrameType.Response, header.Type);
        Response response = Response.Parser.ParseFrom(await answers.ReadPayloadAsync(header, default));
        return (StatusCode)(response.Status?.Code ?? 0);
    }

    private static Request Forward() => new()
    {
        Service = "containerd.services.events.ttrpc.v1.Events",
        Method = "Forward",
        Payload = new ForwardRequest { Envelope = new() { Topic = "/tasks/start" } }.ToByteString(),
    };

    private static byte[] Good(uint stream) => Frame(stream, Forward());

    private static byte[] Frame(uint stream, Request request)
    {
        byte[] payload = request.ToByteArray();
        return [.. Bytes((uint)payload.Length, stream, FrameType.Request), .. payload];
    }

    private static byte[] Bytes(uint length, uint stream, FrameType type)
    {
        byte[] bytes = new byte[FrameHeader.Size];
        new FrameHeader(length, stream, type, FrameFlags.None).Write(bytes);
        return bytes;
    }

    private sealed class AcceptingEvents : Events.EventsBase
    {
        public Metadata? Headers { get; private set; }

        public override Task<Empty> Forward(ForwardRequest request, ServerCallContext context)
        {
            Headers = context.RequestHeaders;
            return Task.FromResult(new Empty());
        }
    }

    /// <summary>Reads come from the given bytes, writes are taken and dropped.</summary>
    private sealed class FakeDuplex(byte[] incoming) : MemoryStream(incoming, writable: false)
    {
        public override bool CanWrite => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.CompletedTask;
    }
}
