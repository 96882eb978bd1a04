using System.Net.Sockets;
using Containerd.Services.Events.Ttrpc.V1;
using Containerd.Ttrpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.TestKit;
using Pods.Ttrpc;

namespace Pods.Protocol.Tests;

/// <summary>The server on a listening socket, with several peers.</summary>
public sealed class TtrpcServerTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ScratchDirectory _scratch = new();
    private readonly CancellationTokenSource _stop = new(), _cut = new();
    private readonly WaitingEvents _events = new();
    private Socket _listener = null!;
    private Task _serving = Task.CompletedTask;
    private bool _accepts = true;

    private string Address => _scratch.File("t.sock");

    public Task InitializeAsync()
    {
        _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(Address));
        _listener.Listen();
        TtrpcServer server = new(e => new Status(StatusCode.Unknown, e.Message)) { Accepts = _ => _accepts };
        server.Add(binder => Events.BindService(binder, _events));
        _serving = server.ServeAsync(_listener, _stop.Token, _cut.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _cut.CancelAsync();
        await _serving.WaitAsync(Limit);
        _listener.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Peer_that_reads_nothing_stalls_no_other()
    {
        using Socket slow = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await slow.ConnectAsync(new UnixDomainSocketEndPoint(Address));
        FrameStream requests = new(new NetworkStream(slow));
        // Each is answered with its own name: the answers fill the socket, then the server stops reading, then we block.
        Request request = new() { Service = new string('x', 60_000) };
        Task write;
        uint stream = 1;
        do
            write = requests.WriteAsync(stream += 2, FrameType.Request, request, default);
        while (await EndsAsync(write, TimeSpan.FromSeconds(1)));

        await using TtrpcChannel other = await TtrpcChannel.ConnectAsync(Address, default);
        await new Events.EventsClient(other.CreateCallInvoker()).ForwardAsync(new ForwardRequest(), deadline: DateTime.UtcNow + Limit);

        slow.Dispose();
        Assert.IsNotType<TimeoutException>(await Record.ExceptionAsync(() => write.WaitAsync(Limit)));
    }

    [Fact]
    public async Task Refused_peer_is_hung_up_on()
    {
        _accepts = false;
        await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(Address, default);

        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Events.EventsClient(channel.CreateCallInvoker()).ForwardAsync(new ForwardRequest()));

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }

    [Fact]
    public async Task Stopping_ends_every_connection_and_waits_for_its_calls()
    {
        await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(Address, default);
        Events.EventsClient client = new(channel.CreateCallInvoker());
        Task<Empty>[] calls = [.. Enumerable.Range(0, 10).Select(_ => client.ForwardAsync(new ForwardRequest { Envelope = new() }).ResponseAsync)];
        await Eventually.True(() => _events.Waiting == 10, "all handlers wait");

        await _stop.CancelAsync();
        await _cut.CancelAsync();
        await _serving.WaitAsync(Limit);

        Assert.Equal(0, _events.Waiting);
        foreach (Task<Empty> call in calls)
            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        Assert.True(channel.IsClosed);
    }

    [Fact]
    public async Task Peer_that_is_connected_when_the_server_stops_is_served_until_it_hangs_up()
    {
        TtrpcChannel first = await TtrpcChannel.ConnectAsync(Address, default), second = await TtrpcChannel.ConnectAsync(Address, default);
        Events.EventsClient client = new(second.CreateCallInvoker());
        await new Events.EventsClient(first.CreateCallInvoker()).ForwardAsync(new ForwardRequest());
        await client.ForwardAsync(new ForwardRequest());

        await _stop.CancelAsync();

        await first.DisposeAsync();
        await client.ForwardAsync(new ForwardRequest());
        Assert.False(_serving.IsCompleted);
        await second.DisposeAsync();
        await _serving.WaitAsync(Limit);
    }

    [Fact]
    public async Task Hundred_connections_come_and_go_without_a_trace()
    {
        await ConnectAndCallAsync();
        int descriptors = ProcessTable.Descriptors(Environment.ProcessId);
        for (int round = 0; round < 10; round++)
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ConnectAndCallAsync()));
        // Other tests of this process open descriptors too: a leak would be a hundred or more.
        await Eventually.True(() => ProcessTable.Descriptors(Environment.ProcessId) < descriptors + 60, "descriptors are closed");
    }

    private static async Task<bool> EndsAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task ConnectAndCallAsync()
    {
        await using TtrpcChannel channel = await TtrpcChannel.ConnectAsync(Address, default);
        await new Events.EventsClient(channel.CreateCallInvoker()).ForwardAsync(new ForwardRequest());
    }

    /// <summary>Waits for its cancellation if the request has an envelope.</summary>
    private sealed class WaitingEvents : Events.EventsBase
    {
        private int _waiting;

        public int Waiting => _waiting;

        public override async Task<Empty> Forward(ForwardRequest request, ServerCallContext context)
        {
            if (request.Envelope is null)
                return new Empty();
            Interlocked.Increment(ref _waiting);
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(context.CancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
            return new Empty();
        }
    }
}
