using Pods.Linux;

namespace Pods.Node;

/// <summary>One end of a fifo as a stream that waits without holding a thread.</summary>
internal sealed class FifoStream(FileDescriptor fifo, EventLoop loop) : IDisposable
{
    private readonly Readiness _readiness = loop.Watch(fifo);

    /// <summary>0 at the end: every writer has closed. Before the first writer opened, it waits.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        while (true)
        {
            await _readiness.ReadableAsync(cancel);
            if (fifo.TryRead(buffer.Span, out int count))
                return count;
        }
    }

    /// <summary>What is there now; false: nothing.</summary>
    public bool TryRead(Span<byte> buffer, out int count) => fifo.TryRead(buffer, out count);

    public async Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        while (content.Length > 0)
        {
            if (fifo.TryWrite(content.Span, out int count))
                content = content[count..];
            else
                await _readiness.WritableAsync(cancel);
        }
    }

    public void Dispose()
    {
        _readiness.Dispose();
        fifo.Dispose();
    }
}
