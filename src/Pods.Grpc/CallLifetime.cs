using Grpc.Core;

namespace Pods.Grpc;

/// <summary>All that can end a call from this side: its deadline, its caller's token, its disposal, the channel's end.</summary>
internal sealed class CallLifetime
{
    private readonly CancellationToken _caller;
    private readonly CancellationToken _channel;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _gate = new();
    private bool _isEnded;       // guarded by _gate
    private bool _isCancelled;   // guarded by _gate

    public CallLifetime(CallOptions options, CancellationToken channel)
    {
        _caller = options.CancellationToken;
        _channel = channel;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_caller, channel);
        Token = _stop.Token;
        if (options.Deadline is not { } deadline)
            return;
        TimeSpan left = deadline - DateTime.UtcNow;
        // A timer takes at most 49 days; a caller that waits longer waits for ever.
        if (left.TotalMilliseconds >= uint.MaxValue - 1)
            return;
        Remaining = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        if (left > TimeSpan.Zero)
            _stop.CancelAfter(left);
        else
            _stop.Cancel();
    }

    public CancellationToken Token { get; }

    /// <summary>The time until the deadline as the call began; null without one.</summary>
    public TimeSpan? Remaining { get; }

    public void Cancel()
    {
        lock (_gate)
            _isCancelled = true;
        End();
    }

    /// <summary>The reason in the order of the callers' claims: a token that fired outranks a deadline that passed meanwhile.</summary>
    public Status Reason(string method)
    {
        if (_caller.IsCancellationRequested)
            return new Status(StatusCode.Cancelled, $"cancelled: {method}");
        if (_channel.IsCancellationRequested)
            return new Status(StatusCode.Cancelled, $"channel closed: {method}");
        lock (_gate)
            return _isCancelled || Remaining is null
                ? new Status(StatusCode.Cancelled, $"cancelled: {method}")
                : new Status(StatusCode.DeadlineExceeded, $"deadline exceeded: {method}");
    }

    /// <summary>Stops whatever still works for the call: a write can wait for a window that an ended stream never opens.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_isEnded)
                return;
            _isEnded = true;
        }
        _stop.Cancel();
        _stop.Dispose();
    }
}
