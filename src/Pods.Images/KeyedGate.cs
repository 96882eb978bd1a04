namespace Pods.Images;

/// <summary>One at a time per key: two pulls that share a layer download and unpack it once.</summary>
internal sealed class KeyedGate
{
    private readonly Dictionary<string, Entry> _entries = [];     // guarded by itself

    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancel)
    {
        Entry entry;
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out entry!))
                _entries[key] = entry = new();
            entry.Users++;
        }
        try
        {
            await entry.Turn.WaitAsync(cancel);
            return new Turn(this, key, entry);
        }
        catch
        {
            Leave(key, entry);
            throw;
        }
    }

    private void Leave(string key, Entry entry)
    {
        lock (_entries)
        {
            if (--entry.Users == 0)
                _entries.Remove(key);
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1);
        public int Users { get; set; }
    }

    private sealed class Turn(KeyedGate gate, string key, Entry entry) : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            if (_isOver)
                return;
            _isOver = true;
            entry.Turn.Release();
            gate.Leave(key, entry);
        }
    }
}
