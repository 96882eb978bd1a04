using System.Threading.Channels;

namespace Pods.Daemon.Api;

/// <summary>One stream of a SPDY connection that the client has opened.</summary>
internal sealed class SpdyStream(SpdyConnection connection, uint id, IReadOnlyDictionary<string, string> headers)
{
    // Frames that nobody has taken yet; the client waits beyond that.
    private readonly Channel<byte[]> _incoming = Channel.CreateBounded<byte[]>(64);

    public uint Id { get; } = id;

    public string? Header(string name) => headers.GetValueOrDefault(name);

    /// <summary>What the client sends, to its end.</summary>
    public IAsyncEnumerable<byte[]> ReadAsync(CancellationToken cancel) => _incoming.Reader.ReadAllAsync(cancel);

    public Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancel) => connection.SendDataAsync(Id, content, isLast: false, cancel);

    /// <summary>Nothing more is sent on it.</summary>
    public Task EndAsync(CancellationToken cancel) => connection.SendDataAsync(Id, ReadOnlyMemory<byte>.Empty, isLast: true, cancel);

    /// <summary>Nobody reads it any more: what still comes is dropped, so that no other stream waits for it.</summary>
    public void Drop() => _incoming.Writer.TryComplete();

    internal async ValueTask TakeAsync(byte[] content, CancellationToken cancel)
    {
        try
        {
            if (content.Length > 0)
                await _incoming.Writer.WriteAsync(content, cancel);
        }
        catch (ChannelClosedException)
        {
            // It was dropped.
        }
    }

    internal void Complete() => _incoming.Writer.TryComplete();
}
