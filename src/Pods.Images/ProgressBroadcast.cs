namespace Pods.Images;

/// <summary>One pull's progress for all who wait for it; who comes late is told first where each part stands.</summary>
internal sealed class ProgressBroadcast : IProgress<PullProgress>
{
    private readonly Lock _gate = new();
    private readonly List<IProgress<PullProgress>> _listeners = [];                 // guarded by _gate
    private readonly Dictionary<string, PullProgress> _latest = [];                 // guarded by _gate

    public void Add(IProgress<PullProgress> listener)
    {
        lock (_gate)
        {
            foreach (PullProgress step in _latest.Values)
                listener.Report(step);
            _listeners.Add(listener);
        }
    }

    public void Remove(IProgress<PullProgress> listener)
    {
        lock (_gate)
            _listeners.Remove(listener);
    }

    public void Report(PullProgress value)
    {
        lock (_gate)
        {
            _latest[value.Part] = value;
            foreach (IProgress<PullProgress> listener in _listeners)
                listener.Report(value);
        }
    }
}
