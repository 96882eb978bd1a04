using System.Diagnostics;
using Containerd.Services.Content.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Pods.Grpc;
using Status = Grpc.Core.Status;

namespace Pods.Protocol.Tests;

/// <summary>What a caller hears of servers that answer in every way that HTTP/2 allows.</summary>
public sealed class GrpcCallTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Request_carries_what_the_protocol_and_the_caller_want()
    {
        IHeaderDictionary? seen = null;
        await using HttpPeer peer = await HttpPeer.StartAsync(http =>
        {
            seen = new HeaderDictionary(new Dictionary<string, StringValues>(http.Request.Headers, StringComparer.OrdinalIgnoreCase));
            return AnswerAsync(http, [Answer("sha256:a")]);
        });

        Stopwatch watch = Stopwatch.StartNew();
        InfoResponse info = await InfoAsync(peer, new CallOptions(new Metadata { { "lease", "l" } }, DateTime.UtcNow.AddSeconds(30)));
        TimeSpan elapsed = watch.Elapsed;

        Assert.Equal("sha256:a", info.Info.Digest);
        Assert.Equal("application/grpc", seen!.ContentType);
        Assert.Equal("trailers", seen.TE);
        Assert.Equal("identity", seen["grpc-accept-encoding"]);
        Assert.Equal("l", seen["lease"]);
        string timeout = seen["grpc-timeout"].ToString();
        Assert.Matches("^[0-9]{8}u$", timeout);
        Assert.InRange(TimeSpan.FromMicroseconds(int.Parse(timeout[..^1])), TimeSpan.FromSeconds(30) - elapsed, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Status_and_trailers_of_a_refusal_reach_the_caller()
    {
        await using HttpPeer peer = await HttpPeer.StartAsync(http =>
        {
            http.Response.AppendTrailer("why", "because");
            return AnswerAsync(http, [], "5", "no%20such%20blob");
        });

        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => InfoAsync(peer));

        Assert.Equal(new Status(StatusCode.NotFound, "no such blob"), refused.Status);
        Assert.Equal("because", refused.Trailers.GetValue("why"));
    }

    [Fact]
    public async Task Refusal_in_the_headers_alone_is_a_status_too()
    {
        await using HttpPeer peer = await HttpPeer.StartAsync(http =>
        {
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-status"] = "9";
            http.Response.Headers["grpc-message"] = "not now";
            return Task.CompletedTask;
        });

        Assert.Equal(new Status(StatusCode.FailedPrecondition, "not now"), await FailureAsync(InfoAsync(peer)));
    }

    public static TheoryData<string, RequestDelegate, StatusCode> BrokenAnswers => new()
    {
        { "no status at the end", http => AnswerAsync(http, [Answer("a")], status: null), StatusCode.Unknown },
        { "OK without an answer", http => AnswerAsync(http, []), StatusCode.Internal },
        { "two answers to a unary call", http => AnswerAsync(http, [Answer("a"), Answer("b")]), StatusCode.Internal },
        { "half a message", http => AnswerAsync(http, [Answer("a")[..7]]), StatusCode.Internal },
        { "a message that is none", http => AnswerAsync(http, [GrpcFrame.Encode([0x0a, 0x7f])]), StatusCode.Internal },
        { "a compressed message", http => AnswerAsync(http, [[1, 0, 0, 0, 0]]), StatusCode.Internal },
        { "more than the limit", http => AnswerAsync(http, [[0, 2, 0, 0, 0]]), StatusCode.ResourceExhausted },
        { "a web page", http => http.Response.WriteAsync("<html>"), StatusCode.Unknown },
        { "an overloaded proxy", http => { http.Response.StatusCode = 503; return Task.CompletedTask; }, StatusCode.Unavailable },
        { "a stream reset by an internal error", http => Reset(http, 2), StatusCode.Internal },
        { "a reset stream of a busy server", http => Reset(http, 11), StatusCode.ResourceExhausted },
        { "a server that breaks off", http => { http.Abort(); return Task.CompletedTask; }, StatusCode.Internal },
    };

    [Theory]
    [MemberData(nameof(BrokenAnswers))]
    public async Task Broken_answer_ends_the_call_with_a_status_and_the_channel_lives_on(string what, RequestDelegate answer, StatusCode code)
    {
        int calls = 0;
        await using HttpPeer peer = await HttpPeer.StartAsync(http =>
            Interlocked.Increment(ref calls) == 1 ? answer(http) : AnswerAsync(http, [Answer("good")]));
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(peer.Address);
        Content.ContentClient content = new(channel.CreateCallInvoker());

        Status status = await FailureAsync(content.InfoAsync(new InfoRequest()).ResponseAsync);

        Assert.True(status.StatusCode == code, $"{what}: {status}");
        Assert.Equal("good", (await content.InfoAsync(new InfoRequest())).Info.Digest);
    }

    [Fact]
    public async Task Refused_stream_was_never_worked_on_and_is_sent_again()
    {
        int calls = 0;
        await using HttpPeer peer = await HttpPeer.StartAsync(http =>
            Interlocked.Increment(ref calls) == 1 ? Reset(http, 7) : AnswerAsync(http, [Answer("good")]));

        Assert.Equal("good", (await InfoAsync(peer)).Info.Digest);
    }

    [Fact]
    public async Task Server_that_never_answers_is_given_up_at_the_deadline_and_told_so()
    {
        TaskCompletionSource reset = new(), begun = new();
        await using HttpPeer peer = await HttpPeer.StartAsync(http =>
        {
            begun.TrySetResult();
            return WaitForResetAsync(http, reset);
        });

        // A call that is given up before it was sent has nothing to reset: on a slow machine the next one has more time.
        for (int milliseconds = 100; !begun.Task.IsCompleted; milliseconds *= 2)
        {
            Assert.True(milliseconds < Limit.TotalMilliseconds, "no call has reached the server");
            Status late = await FailureAsync(InfoAsync(peer, new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(milliseconds))));
            Assert.Equal(new Status(StatusCode.DeadlineExceeded, "deadline exceeded: /containerd.services.content.v1.Content/Info"), late);
        }
        await reset.Task.WaitAsync(Limit);

        Status tooLate = await FailureAsync(InfoAsync(peer, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(-1))));
        Assert.Equal(StatusCode.DeadlineExceeded, tooLate.StatusCode);
    }

    [Fact]
    public async Task Caller_gives_up_by_token_and_the_server_is_told_so()
    {
        TaskCompletionSource reset = new(), begun = new();
        await using HttpPeer peer = await HttpPeer.StartAsync(http =>
        {
            begun.SetResult();
            return WaitForResetAsync(http, reset);
        });
        using CancellationTokenSource enough = new();
        Task<InfoResponse> call = InfoAsync(peer, new CallOptions(deadline: DateTime.UtcNow + Limit, cancellationToken: enough.Token));
        await begun.Task.WaitAsync(Limit);

        await enough.CancelAsync();

        Assert.Equal(new Status(StatusCode.Cancelled, "cancelled: /containerd.services.content.v1.Content/Info"), await FailureAsync(call));
        await reset.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task Wait_for_the_next_message_is_cancelled_with_its_call()
    {
        await using HttpPeer peer = await HttpPeer.StartAsync(http => WaitForResetAsync(http, new()));
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(peer.Address);
        using AsyncServerStreamingCall<ReadContentResponse> read = new Content.ContentClient(channel.CreateCallInvoker()).Read(new());
        using CancellationTokenSource enough = new();
        Task<bool> next = read.ResponseStream.MoveNext(enough.Token);

        await enough.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await FailureAsync(next)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, read.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Stream_that_nobody_reads_is_reset_when_it_is_disposed()
    {
        TaskCompletionSource reset = new(), begun = new();
        await using HttpPeer peer = await HttpPeer.StartAsync(async http =>
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.FlushAsync();
            begun.SetResult();
            await WaitForResetAsync(http, reset);
        });
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(peer.Address);
        AsyncServerStreamingCall<ReadContentResponse> read = new Content.ContentClient(channel.CreateCallInvoker()).Read(new());
        await read.ResponseHeadersAsync;
        await begun.Task;

        read.Dispose();

        await reset.Task.WaitAsync(Limit);
        Assert.Equal(StatusCode.Cancelled, (await FailureAsync(read.ResponseStream.MoveNext(default))).StatusCode);
        Assert.Equal(StatusCode.Cancelled, read.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Closing_the_channel_ends_its_calls()
    {
        await using HttpPeer peer = await HttpPeer.StartAsync(http => WaitForResetAsync(http, new()));
        GrpcChannel channel = GrpcChannel.ForUnixSocket(peer.Address);
        Task<InfoResponse> call = new Content.ContentClient(channel.CreateCallInvoker()).InfoAsync(new()).ResponseAsync;

        await channel.DisposeAsync();

        Assert.Equal(new Status(StatusCode.Cancelled, "channel closed: /containerd.services.content.v1.Content/Info"), await FailureAsync(call));
    }

    [Fact]
    public async Task Writer_hears_the_status_of_a_server_that_ends_the_call_early()
    {
        await using HttpPeer peer = await HttpPeer.StartAsync(http => AnswerAsync(http, [], "8", "no space"));
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(peer.Address);
        using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write =
            new Content.ContentClient(channel.CreateCallInvoker()).Write();
        WriteContentRequest chunk = new() { Data = ByteString.CopyFrom(new byte[1 << 20]) };

        Status status = await FailureAsync(WriteForEverAsync(write.RequestStream, chunk));

        Assert.Equal(new Status(StatusCode.ResourceExhausted, "no space"), status);
    }

    [Fact]
    public async Task Five_hundred_calls_at_once_share_one_channel()
    {
        await using HttpPeer peer = await HttpPeer.StartAsync(http => AnswerAsync(http, [Answer("a")]));
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(peer.Address);
        Content.ContentClient content = new(channel.CreateCallInvoker());

        InfoResponse[] all = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => content.InfoAsync(new()).ResponseAsync)).WaitAsync(Limit);

        Assert.All(all, info => Assert.Equal("a", info.Info.Digest));
    }

    private static async Task WriteForEverAsync(IClientStreamWriter<WriteContentRequest> writer, WriteContentRequest message)
    {
        while (true)
            await writer.WriteAsync(message);
    }

    private static async Task<InfoResponse> InfoAsync(HttpPeer peer, CallOptions options = default)
    {
        await using GrpcChannel channel = GrpcChannel.ForUnixSocket(peer.Address);
        return await new Content.ContentClient(channel.CreateCallInvoker()).InfoAsync(new InfoRequest(), options);
    }

    private static async Task<Status> FailureAsync(Task call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Limit))).Status;

    private static byte[] Answer(string digest) => GrpcFrame.Encode(new InfoResponse { Info = new Info { Digest = digest } }.ToByteArray());

    private static async Task AnswerAsync(HttpContext http, byte[][] frames, string? status = "0", string? message = null)
    {
        http.Response.ContentType = "application/grpc";
        foreach (byte[] frame in frames)
            await http.Response.Body.WriteAsync(frame);
        if (status is not null)
            http.Response.AppendTrailer("grpc-status", status);
        if (message is not null)
            http.Response.AppendTrailer("grpc-message", message);
    }

    private static Task Reset(HttpContext http, int errorCode)
    {
        http.Features.GetRequiredFeature<IHttpResetFeature>().Reset(errorCode);
        return Task.CompletedTask;
    }

    private static async Task WaitForResetAsync(HttpContext http, TaskCompletionSource reset)
    {
        http.RequestAborted.Register(() => reset.TrySetResult());
        await reset.Task;
    }
}
