namespace Pods.Ttrpc;

/// <summary>When a call must end: its own timeout, if it has one, or the end of its connection.</summary>
internal sealed class CallDeadline : IDisposable
{
    private readonly CancellationTokenSource? _timer;

    private CallDeadline(CancellationTokenSource? timer, DateTime time, CancellationToken token) =>
        (_timer, Time, Token) = (timer, time, token);

    public DateTime Time { get; }
    public CancellationToken Token { get; }

    /// <param name="timeoutNanoseconds">Zero or less: none.</param>
    /// <param name="closed">The end of the connection.</param>
    public static CallDeadline Start(long timeoutNanoseconds, CancellationToken closed)
    {
        // A timer takes at most 49 days; a caller that waits longer waits for ever.
        TimeSpan timeout = TimeSpan.FromTicks(timeoutNanoseconds / 100);
        if (timeoutNanoseconds <= 0 || timeout.TotalMilliseconds >= uint.MaxValue - 1)
            return new(null, DateTime.MaxValue, closed);
        CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(closed);
        timer.CancelAfter(timeout);
        return new(timer, DateTime.UtcNow + timeout, timer.Token);
    }

    public void Dispose() => _timer?.Dispose();
}
