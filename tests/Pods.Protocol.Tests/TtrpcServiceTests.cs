using Google.Protobuf;
using Grpc.Core;
using Pods.Ttrpc;

namespace Pods.Protocol.Tests;

/// <summary>A service and a call without generated code.</summary>
public sealed class TtrpcServiceTests : IAsyncLifetime
{
    private static CallOptions Soon => new(deadline: DateTime.UtcNow.AddSeconds(10));

    private readonly StreamPair _pair = StreamPair.Create();
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;
    private TtrpcChannel? _channel;

    private TtrpcChannel Channel => _channel!;

    public Task InitializeAsync()
    {
        TtrpcServer server = new(e => new Status(StatusCode.FailedPrecondition, e.Message));
        server.Add("test.Echo", (method, payload, call) => method switch
        {
            "Say" => Task.FromResult(payload),
            "Last" => LastAsync(call),
            "Fail" => Task.FromException<ByteString>(new InvalidOperationException("later")),
            "Throw" => throw new InvalidOperationException("at once"),
            _ => null,
        });
        _serving = server.ServeConnectionAsync(_pair.Server, _stop.Token);
        _channel = TtrpcChannel.Over(_pair.Client);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _serving;
    }

    [Fact]
    public async Task Call_that_ends_the_server_is_answered()
    {
        await Channel.CallAsync("/test.Echo/Last", ByteString.Empty, Soon);
        await _serving.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Method_answers_what_its_service_answers()
    {
        ByteString sent = ByteString.CopyFromUtf8("a payload");
        Assert.Equal(sent, await Channel.CallAsync("/test.Echo/Say", sent, Soon));
    }

    [Theory]
    [InlineData("/test.Echo/Unknown", StatusCode.Unimplemented, "unknown method /test.Echo/Unknown")]
    [InlineData("/test.Other/Say", StatusCode.Unimplemented, "unknown method /test.Other/Say")]
    [InlineData("/test.Echo/Fail", StatusCode.FailedPrecondition, "later")]
    [InlineData("/test.Echo/Throw", StatusCode.FailedPrecondition, "at once")]
    public async Task Failure_has_its_code_and_its_words(string method, StatusCode code, string words)
    {
        RpcException failed = await Assert.ThrowsAsync<RpcException>(() => Channel.CallAsync(method, ByteString.Empty, Soon));
        Assert.Equal((code, words), (failed.StatusCode, failed.Status.Detail));
    }

    private Task<ByteString> LastAsync(ServerCallContext call)
    {
        call.Answered().ContinueWith(_ => _stop.Cancel(), TaskScheduler.Default);
        return Task.FromResult(ByteString.Empty);
    }
}
