namespace Pods.Shim;

/// <summary>
/// What is still to be told to containerd, in the order it happened; bounded, since containerd may be away for days.
/// Not thread-safe: the publisher keeps it under its gate.
/// </summary>
/// <remarks>
/// A full queue gives up the oldest event that is not an exit, and an exit only when there is nothing else: clients learn
/// a lost exit from Wait and State after they reconnect, but anything else sooner.
/// </remarks>
internal sealed class EventQueue<T>(int capacity, Func<T, bool> isExit)
{
    private readonly LinkedList<T> _events = [];

    public int Count => _events.Count;
    public long Dropped { get; private set; }

    public void Add(T item)
    {
        if (_events.Count >= capacity)
            DropOne();
        _events.AddLast(item);
    }

    public bool TryPeek(out T item)
    {
        item = _events.First is { } first ? first.Value : default!;
        return _events.Count > 0;
    }

    /// <summary>Takes away the event that was told; it may have been dropped meanwhile, and then nothing changes.</summary>
    public void Told(T item)
    {
        if (_events.First is { } first && EqualityComparer<T>.Default.Equals(first.Value, item))
            _events.RemoveFirst();
    }

    private void DropOne()
    {
        LinkedListNode<T>? node = _events.First;
        while (node is not null && isExit(node.Value))
            node = node.Next;
        _events.Remove(node ?? _events.First!);
        Dropped++;
    }
}
