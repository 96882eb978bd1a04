using System.Net.Sockets;
using Containerd.Events;
using Containerd.Services.Events.Ttrpc.V1;
using Containerd.Types;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pods.Ttrpc;

namespace Pods.Shim;

/// <summary>
/// Tells containerd what happened, in the order it happened: one sender, which keeps at an event until containerd has it.
/// </summary>
internal sealed class EventPublisher
{
    // containerd's own shims hold as many for a daemon that is away.
    private const int Capacity = 2048;
    private static readonly TimeSpan _firstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _lastRetry = TimeSpan.FromSeconds(5);

    private readonly string _address;
    private readonly string _namespace;
    private readonly ShimLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly EventQueue<Envelope> _queue = new(Capacity, e => e.Topic == "/tasks/exit");   // guarded by _gate
    private bool _isClosed;   // guarded by _gate
    private readonly Task _sending;
    private TtrpcChannel? _channel;   // the sender's

    public EventPublisher(string address, string namespaceName, ShimLog log)
    {
        const string scheme = "unix://";
        _address = address.StartsWith(scheme, StringComparison.Ordinal) ? address[scheme.Length..] : address;
        _namespace = namespaceName;
        _log = log;
        _sending = SendAllAsync();
    }

    /// <summary>How many containerd has not heard yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    public void Publish(TaskCreate told) => Publish("/tasks/create", "TaskCreate", told);
    public void Publish(TaskStart told) => Publish("/tasks/start", "TaskStart", told);
    public void Publish(TaskExecAdded told) => Publish("/tasks/exec-added", "TaskExecAdded", told);
    public void Publish(TaskExecStarted told) => Publish("/tasks/exec-started", "TaskExecStarted", told);
    public void Publish(TaskPaused told) => Publish("/tasks/paused", "TaskPaused", told);
    public void Publish(TaskResumed told) => Publish("/tasks/resumed", "TaskResumed", told);
    public void Publish(TaskCheckpointed told) => Publish("/tasks/checkpointed", "TaskCheckpointed", told);
    public void Publish(TaskOOM told) => Publish("/tasks/oom", "TaskOOM", told);
    public void Publish(TaskExit told) => Publish("/tasks/exit", "TaskExit", told);
    public void Publish(TaskDelete told) => Publish("/tasks/delete", "TaskDelete", told);

    /// <summary>Takes no more events and gives those that wait a limited time.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_queue.Count == 0)
                _drained.TrySetResult();
        }
        await _drained.Task.EndsWithinAsync(limit);
        await _stop.CancelAsync();
        await _sending;
    }

    // The type URL is a constant: Any.Pack would ask the message's descriptor, which costs 0.8 MB once.
    private void Publish(string topic, string type, IMessage body)
    {
        Envelope envelope = new()
        {
            Timestamp = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow),
            Namespace = _namespace,
            Topic = topic,
            Event = new Any { TypeUrl = "containerd.events." + type, Value = body.ToByteString() },
        };
        lock (_gate)
        {
            if (_isClosed)
                return;
            _queue.Add(envelope);
            if (_arrived.CurrentCount == 0)
                _arrived.Release();
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (true)
            {
                await _arrived.WaitAsync(_stop.Token);
                while (Next() is { } envelope)
                {
                    await SendAsync(envelope);
                    lock (_gate)
                        _queue.Told(envelope);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync: what is left is lost, and clients learn it from State.
        }
        await DisconnectAsync();
    }

    private Envelope? Next()
    {
        lock (_gate)
        {
            if (_queue.TryPeek(out Envelope next))
                return next;
            if (_isClosed)
                _drained.TrySetResult();
            return null;
        }
    }

    /// <summary>Returns when containerd has the event, or has refused it for good.</summary>
    private async Task SendAsync(Envelope envelope)
    {
        for (TimeSpan pause = _firstRetry; ; pause = pause * 2 < _lastRetry ? pause * 2 : _lastRetry)
        {
            try
            {
                await ForwardAsync(envelope);
                return;
            }
            catch (Exception e) when (IsAbsence(e))
            {
                // containerd is away or busy. Everything later waits behind this event, so that the order holds.
                await DisconnectAsync();
            }
            catch (RpcException e)
            {
                _stop.Token.ThrowIfCancellationRequested();
                _log.Warn($"containerd refused an event on {envelope.Topic}: {e.Status.Detail}");
                return;
            }
            await Task.Delay(pause, _stop.Token);
        }
    }

    private static bool IsAbsence(Exception e) =>
        e is SocketException or RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded };

    private async Task ForwardAsync(Envelope envelope)
    {
        _stop.Token.ThrowIfCancellationRequested();
        if (_channel is { IsClosed: true })
            await DisconnectAsync();
        _channel ??= await TtrpcChannel.ConnectAsync(_address, _stop.Token);
        // No deadline: a daemon that stands still for a while has the event in its socket, and a second one would tell an exit twice.
        // The connection ends with the daemon.
        await _channel.CallAsync(
            "/containerd.services.events.ttrpc.v1.Events/Forward",
            new ForwardRequest { Envelope = envelope }.ToByteString(),
            new CallOptions(cancellationToken: _stop.Token));
    }

    private async Task DisconnectAsync()
    {
        if (_channel is { } channel)
            await channel.DisposeAsync();
        _channel = null;
    }
}
