namespace Pods.Images;

/// <summary>Pulls of the same image with the same credentials share one work, which ends when the last who waits has left.</summary>
internal sealed class SharedPulls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedPull> _running = [];      // guarded by _gate

    public async Task<Image> JoinAsync(
        string key, IProgress<PullProgress>? listener, Func<IProgress<PullProgress>, CancellationToken, Task<Image>> start, CancellationToken cancel)
    {
        SharedPull pull;
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out pull!))
            {
                _running[key] = pull = new();
                pull.Work = RunAsync(key, pull, start);
            }
            pull.Waiting++;
        }
        if (listener is not null)
            pull.Progress.Add(listener);
        try
        {
            return await pull.Work.WaitAsync(cancel);
        }
        finally
        {
            if (listener is not null)
                pull.Progress.Remove(listener);
            Leave(key, pull);
        }
    }

    private async Task<Image> RunAsync(string key, SharedPull pull, Func<IProgress<PullProgress>, CancellationToken, Task<Image>> start)
    {
        await Task.Yield();     // the caller holds the gate
        try
        {
            return await start(pull.Progress, pull.Stop.Token);
        }
        finally
        {
            Forget(key, pull);
        }
    }

    private void Leave(string key, SharedPull pull)
    {
        lock (_gate)
        {
            if (--pull.Waiting > 0)
                return;
        }
        // Who comes from now on starts afresh: this work is being stopped.
        Forget(key, pull);
        pull.Stop.Cancel();
    }

    private void Forget(string key, SharedPull pull)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(key, out SharedPull? current) && current == pull)
                _running.Remove(key);
        }
    }

    private sealed class SharedPull
    {
        public ProgressBroadcast Progress { get; } = new();
        public CancellationTokenSource Stop { get; } = new();
        public Task<Image> Work { get; set; } = null!;
        public int Waiting { get; set; }
    }
}
