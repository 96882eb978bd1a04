using Containerd.Services.Events.Ttrpc.V1;
using Containerd.Ttrpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Ttrpc;
using Xunit.Abstractions;

namespace Pods.Protocol.Tests;

/// <summary>Our client and servers that break the protocol: every call ends with a status.</summary>
public sealed class TtrpcClientTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly StreamPair _pair = StreamPair.Create();
    private TtrpcChannel _channel = null!;
    private Events.EventsClient _client = null!;

    public Task InitializeAsync()
    {
        _channel = TtrpcChannel.Over(_pair.Client);
        _client = new(_channel.CreateCallInvoker());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _channel.DisposeAsync();
        _pair.Dispose();
    }

    public static TheoryData<string, byte[], StatusCode> Answers => new()
    {
        { "the answer", Frame(1, FrameType.Response, new Response()), StatusCode.OK },
        { "a status", Frame(1, FrameType.Response, new Response { Status = new() { Code = 5, Message = "gone" } }), StatusCode.NotFound },
        { "others' answers first", [.. Frame(7, FrameType.Response, new()), .. Frame(1, FrameType.Response, new())], StatusCode.OK },
        { "an unknown frame first", [.. Frame(1, (FrameType)9, new()), .. Frame(1, FrameType.Response, new())], StatusCode.OK },
        { "the end", [], StatusCode.Unavailable },
        { "half a header", [0, 0, 0], StatusCode.Unavailable },
        { "half a payload", [0, 0, 0, 9, 0, 0, 0, 1, 2, 0, 1, 2], StatusCode.Unavailable },
        { "4 MiB and a byte", [0, 64, 0, 1, 0, 0, 0, 1, 2, 0, 1, 2], StatusCode.Unavailable },
        { "an envelope that is none", [0, 0, 0, 2, 0, 0, 0, 1, 2, 0, 0xff, 0xff], StatusCode.Unavailable },
        { "a payload that is no message", Frame(1, FrameType.Response, new Response { Payload = ByteString.CopyFrom(0x0a, 0x7f) }), StatusCode.Internal },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Call_ends_with_a_status_whatever_the_server_sends_before_it_closes(string what, byte[] answer, StatusCode code)
    {
        Task<Empty> call = _client.ForwardAsync(new ForwardRequest()).ResponseAsync;
        await ReadRequestAsync();
        await _pair.Server.WriteAsync(answer);
        _pair.Server.Dispose();

        Assert.True(await StatusOfAsync(call) == code, what);
    }

    [Fact]
    public async Task First_failure_is_the_reason_that_every_call_hears()
    {
        Task<Empty>[] calls = [.. Enumerable.Range(0, 5).Select(_ => _client.ForwardAsync(new ForwardRequest()).ResponseAsync)];
        await _pair.Server.WriteAsync((byte[])[255, 255, 255, 255, 0, 0, 0, 1, 2, 0]);

        foreach (Task<Empty> call in (Task<Empty>[])[.. calls, _client.ForwardAsync(new ForwardRequest()).ResponseAsync])
        {
            RpcException e = await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Limit));
            Assert.EndsWith("server broke the protocol: frame of 4294967295 bytes, allowed: 4194304", e.Status.Detail);
        }
    }

    [Fact]
    public async Task Server_that_reads_nothing_holds_no_caller_beyond_its_deadline()
    {
        ForwardRequest large = new() { Envelope = new() { Topic = new string('x', 3 << 20) } };
        for (int i = 0; i < 3; i++)
        {
            Task<Empty> call = _client.ForwardAsync(large, deadline: DateTime.UtcNow.AddMilliseconds(100)).ResponseAsync;
            Assert.Equal(StatusCode.DeadlineExceeded, await StatusOfAsync(call));
        }
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_never_hang_or_crash_the_client()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        byte[] good = [.. Frame(1, FrameType.Response, new()), .. Frame(3, FrameType.Response, new() { Status = new() { Code = 5 } })];
        for (int i = 0; i < 10_000; i++)
        {
            byte[] wire = good[..random.Next(good.Length + 1)];
            for (int n = wire.Length == 0 ? 0 : random.Next(1, 6); n > 0; n--)
                wire[random.Next(wire.Length)] = (byte)random.Next(256);
            using AnsweringStream stream = new(wire);
            await using TtrpcChannel channel = TtrpcChannel.Over(stream);
            Events.EventsClient client = new(channel.CreateCallInvoker());
            Task<Empty>[] calls = [client.ForwardAsync(new ForwardRequest()).ResponseAsync, client.ForwardAsync(new ForwardRequest()).ResponseAsync];
            stream.Answer();
            foreach (Task<Empty> call in calls)
                await StatusOfAsync(call);
        }
    }

    private static async Task<StatusCode> StatusOfAsync(Task<Empty> call)
    {
        try
        {
            await call.WaitAsync(Limit);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private async Task ReadRequestAsync()
    {
        FrameStream requests = new(_pair.Server);
        await requests.SkipPayloadAsync((await requests.ReadHeaderAsync(default))!.Value, default);
    }

    private static byte[] Frame(uint stream, FrameType type, Response response)
    {
        byte[] frame = new byte[FrameHeader.Size + response.CalculateSize()];
        new FrameHeader((uint)response.CalculateSize(), stream, type, FrameFlags.None).Write(frame);
        response.WriteTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    /// <summary>Takes requests and drops them; its reads wait for <see cref="Answer"/>.</summary>
    private sealed class AnsweringStream(byte[] answer) : MemoryStream(answer, writable: false)
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanWrite => true;

        public void Answer() => _answered.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _answered.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.CompletedTask;
    }
}
