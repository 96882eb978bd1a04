namespace Pods.Ttrpc;

/// <summary>The connections being served, so that somebody awaits each; an ended one leaves no trace.</summary>
internal sealed class ConnectionSet
{
    private readonly HashSet<Task> _running = [];   // guarded by itself

    public void Add(Task connection)
    {
        lock (_running)
            _running.Add(connection);
        connection.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task AllEnded()
    {
        lock (_running)
            return Task.WhenAll(_running);
    }

    private void Remove(Task connection)
    {
        lock (_running)
            _running.Remove(connection);
    }
}
