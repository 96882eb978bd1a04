using Containerd.Services.Events.Ttrpc.V1;
using Containerd.Types;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.TestKit;
using Pods.Ttrpc;

namespace Pods.Protocol.Tests;

/// <summary>Our client and our server on a real socket, through generated stubs.</summary>
public sealed class TtrpcCallTests : IAsyncLifetime
{
    private readonly StreamPair _pair = StreamPair.Create();
    private readonly CancellationTokenSource _stop = new();
    private readonly EventsUnderTest _service = new();
    private Task _serving = Task.CompletedTask;
    private TtrpcChannel _channel = null!;
    private Events.EventsClient _client = null!;

    public Task InitializeAsync()
    {
        TtrpcServer server = new(e => new Status(StatusCode.Unknown, "translated: " + e.Message));
        server.Add(binder => Events.BindService(binder, _service));
        _serving = server.ServeConnectionAsync(_pair.Server, _stop.Token);
        _channel = TtrpcChannel.Over(_pair.Client);
        _client = new(_channel.CreateCallInvoker());
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _service.Release();
        await _channel.DisposeAsync();
        await _stop.CancelAsync();
        await _serving;
    }

    [Fact]
    public async Task Call_carries_request_metadata_and_deadline_to_the_handler()
    {
        Metadata headers = new() { { "containerd-namespace-ttrpc", "k8s.io" } };

        await _client.ForwardAsync(Topic("/tasks/exit"), headers, DateTime.UtcNow.AddSeconds(30));

        Assert.Equal("/tasks/exit k8s.io", Assert.Single(_service.Seen));
        Assert.InRange(_service.LastDeadline, DateTime.UtcNow.AddSeconds(20), DateTime.UtcNow.AddSeconds(31));
    }

    [Fact]
    public async Task Answers_come_in_any_order()
    {
        Task<Empty> slow = _client.ForwardAsync(Topic("wait")).ResponseAsync;
        await _client.ForwardAsync(Topic("quick"));

        Assert.False(slow.IsCompleted);
        _service.Release();
        await slow;
    }

    [Fact]
    public async Task Status_of_a_handler_reaches_the_caller()
    {
        RpcException notFound = await Assert.ThrowsAsync<RpcException>(async () => await _client.ForwardAsync(Topic("not-found")));
        RpcException translated = await Assert.ThrowsAsync<RpcException>(async () => await _client.ForwardAsync(Topic("throw")));

        Assert.Equal(new Status(StatusCode.NotFound, "no such thing"), notFound.Status);
        Assert.Equal(new Status(StatusCode.Unknown, "translated: oops"), translated.Status);
    }

    [Fact]
    public async Task Deadline_ends_the_wait_of_caller_and_handler()
    {
        // A call that is given up before it was sent has no handler: on a slow machine the next one has more time.
        for (int milliseconds = 50; _service.Waiting == 0; milliseconds *= 2)
        {
            Assert.True(milliseconds < 10_000, "no call has reached its handler");
            RpcException late = await Assert.ThrowsAsync<RpcException>(async () =>
                await _client.ForwardAsync(Topic("wait"), deadline: DateTime.UtcNow.AddMilliseconds(milliseconds)));
            Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        }

        await Eventually.True(() => _service.Cancelled == _service.Waiting, "the handler is cancelled");
    }

    [Fact]
    public async Task Cancelled_call_leaves_the_connection_usable()
    {
        using CancellationTokenSource cancel = new();
        Task<Empty> call = _client.ForwardAsync(Topic("wait"), cancellationToken: cancel.Token).ResponseAsync;
        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        await _client.ForwardAsync(Topic("quick"));
    }

    [Fact]
    public async Task End_of_the_connection_cancels_handlers_and_fails_callers()
    {
        Task<Empty> call = _client.ForwardAsync(Topic("wait")).ResponseAsync;
        await Eventually.True(() => _service.Waiting == 1, "the handler waits");

        await _channel.DisposeAsync();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        await _serving;
        Assert.Equal(1, _service.Cancelled);
        RpcException later = await Assert.ThrowsAsync<RpcException>(async () => await _client.ForwardAsync(Topic("quick")));
        Assert.Equal(StatusCode.Unavailable, later.StatusCode);
    }

    private static ForwardRequest Topic(string topic) => new() { Envelope = new Envelope { Topic = topic } };

    private sealed class EventsUnderTest : Events.EventsBase
    {
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting, _cancelled;

        public System.Collections.Concurrent.ConcurrentBag<string> Seen { get; } = [];
        public DateTime LastDeadline { get; private set; }
        public int Waiting => _waiting;
        public int Cancelled => _cancelled;

        public void Release() => _release.TrySetResult();

        public override async Task<Empty> Forward(ForwardRequest request, ServerCallContext context)
        {
            string topic = request.Envelope.Topic;
            Seen.Add($"{topic} {context.RequestHeaders.GetValue("containerd-namespace-ttrpc")}");
            LastDeadline = context.Deadline;
            if (topic == "not-found")
                throw new RpcException(new Status(StatusCode.NotFound, "no such thing"));
            if (topic == "throw")
                throw new InvalidOperationException("oops");
            if (topic == "wait")
                await WaitAsync(context.CancellationToken);
            return new Empty();
        }

        private async Task WaitAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                await _release.Task.WaitAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }
        }
    }
}
