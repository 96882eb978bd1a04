using Google.Protobuf;

namespace Pods.Ttrpc;

/// <summary>Frames on a byte stream. One reader at a time; writers queue behind each other. Idle, it holds ten bytes.</summary>
public sealed class FrameStream(Stream stream) : IAsyncDisposable
{
    // A peer may announce 4 MiB and send nothing: memory is taken as the bytes arrive.
    private const int FirstChunk = 64 * 1024;

    private readonly byte[] _header = new byte[FrameHeader.Size];
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Null when the peer has closed the connection between two frames.</summary>
    /// <exception cref="TtrpcException">It was closed inside a header.</exception>
    public async ValueTask<FrameHeader?> ReadHeaderAsync(CancellationToken cancel)
    {
        int read = await stream.ReadAtLeastAsync(_header, FrameHeader.Size, throwOnEndOfStream: false, cancel);
        return read switch
        {
            0 => null,
            FrameHeader.Size => FrameHeader.Parse(_header),
            _ => throw new TtrpcException($"connection closed {read} bytes into a frame header"),
        };
    }

    public async ValueTask<byte[]> ReadPayloadAsync(FrameHeader header, CancellationToken cancel)
    {
        if (header.IsOversize)
            throw new TtrpcException($"frame of {header.Length} bytes, allowed: {FrameHeader.MaxPayload}");
        int length = (int)header.Length, filled = 0;
        byte[] payload = new byte[Math.Min(length, FirstChunk)];
        while (true)
        {
            int read = await stream.ReadAtLeastAsync(payload.AsMemory(filled), payload.Length - filled, throwOnEndOfStream: false, cancel);
            filled += read;
            if (filled < payload.Length)
                throw new TtrpcException($"connection closed {filled} bytes into a payload of {length}");
            if (filled == length)
                return payload;
            Array.Resize(ref payload, (int)Math.Min(length, payload.Length * 2L));
        }
    }

    /// <summary>Reads a payload that nobody wants.</summary>
    public async ValueTask SkipPayloadAsync(FrameHeader header, CancellationToken cancel)
    {
        if (header.Length == 0)
            return;
        byte[] discard = new byte[Math.Min(header.Length, 4096)];
        for (uint left = header.Length; left > 0;)
        {
            int read = await stream.ReadAsync(discard.AsMemory(0, (int)Math.Min(left, (uint)discard.Length)), cancel);
            if (read == 0)
                throw new TtrpcException($"connection closed {left} bytes before the end of a payload of {header.Length}");
            left -= (uint)read;
        }
    }

    public async Task WriteAsync(uint streamId, FrameType type, IMessage message, CancellationToken cancel)
    {
        byte[] frame = Encode(streamId, type, message);
        await _writing.WaitAsync(cancel);
        try
        {
            // Once begun, a frame is written whole: half a frame would end the connection for everybody.
            await stream.WriteAsync(frame, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Like <see cref="WriteAsync"/>, for a sender whose stream ids must reach the wire in order: the id is taken under the lock.</summary>
    public async Task WriteNextAsync(Func<uint> takeStreamId, FrameType type, IMessage message, CancellationToken cancel)
    {
        byte[] frame = Encode(0, type, message);
        await _writing.WaitAsync(cancel);
        try
        {
            new FrameHeader((uint)(frame.Length - FrameHeader.Size), takeStreamId(), type, FrameFlags.None).Write(frame);
            await stream.WriteAsync(frame, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static byte[] Encode(uint streamId, FrameType type, IMessage message)
    {
        int size = message.CalculateSize();
        byte[] frame = new byte[FrameHeader.Size + size];
        new FrameHeader((uint)size, streamId, type, FrameFlags.None).Write(frame);
        message.WriteTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }
}
