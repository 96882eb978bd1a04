using System.Threading.Channels;

namespace Pods.Node;

/// <summary>One change of an object, as a watch tells it: ADDED, MODIFIED or DELETED.</summary>
public sealed record Change<T>(string Type, T Object, long Version);

/// <summary>The latest changes, so that a watch can begin at a version a little in the past, and the watches that are open.</summary>
public sealed class ChangeHistory<T> where T : class
{
    // At a hundred pods that all change at once, some ten rounds; older ones are asked for by nobody who listed first.
    private const int Kept = 1024;
    // A watcher this far behind has stopped reading: its watch ends, and it lists again.
    private const int MaxBehind = 4096;

    private readonly Lock _gate = new();
    private readonly Queue<Change<T>> _changes = [];   // guarded by _gate
    private readonly HashSet<Channel<Change<T>>> _watchers = [];   // guarded by _gate
    private long _oldest;   // guarded by _gate: changes after this version are all here

    internal void StartAt(long version)
    {
        lock (_gate)
            _oldest = version;
    }

    internal void Add(string type, T changed, long version)
    {
        Change<T> change = new(type, changed, version);
        lock (_gate)
        {
            _changes.Enqueue(change);
            if (_changes.Count > Kept)
                _oldest = _changes.Dequeue().Version;
            foreach (Channel<Change<T>> watcher in _watchers.ToArray())
                if (!watcher.Writer.TryWrite(change))
                {
                    watcher.Writer.TryComplete();
                    _watchers.Remove(watcher);
                }
        }
    }

    /// <summary>Every change after the version, those of the past first.</summary>
    /// <exception cref="NodeException">410: the version is too old.</exception>
    public ChangeSubscription<T> Subscribe(long after)
    {
        Channel<Change<T>> channel = Channel.CreateBounded<Change<T>>(MaxBehind);
        lock (_gate)
        {
            if (after < _oldest)
                throw new NodeException(410, "Expired", $"too old resource version: {after} ({_oldest})");
            foreach (Change<T> change in _changes.Where(c => c.Version > after))
                channel.Writer.TryWrite(change);
            _watchers.Add(channel);
        }
        return new(channel.Reader, () => Unsubscribe(channel));
    }

    private void Unsubscribe(Channel<Change<T>> channel)
    {
        lock (_gate)
            _watchers.Remove(channel);
    }
}

/// <summary>An open watch.</summary>
public sealed class ChangeSubscription<T>(ChannelReader<Change<T>> changes, Action end) : IDisposable
{
    public ChannelReader<Change<T>> Changes { get; } = changes;

    public void Dispose() => end();
}
