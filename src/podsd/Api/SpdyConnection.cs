using System.Buffers.Binary;

namespace Pods.Daemon.Api;

/// <summary>
/// The server's side of SPDY/3.1, as much of it as Kubernetes' clients speak: streams that the client opens, data both ways, pings.
/// Windows are not kept, as kubectl's own side keeps none: what is not taken yet holds up the reading.
/// </summary>
internal sealed class SpdyConnection(Stream transport, Action<SpdyStream> opened) : IDisposable
{
    private const ushort SynStream = 1, SynReply = 2, RstStream = 3, Ping = 6, GoAway = 7, Headers = 8;
    private const byte Last = 1;
    private const int MaxFrame = 1 << 20, MaxStreams = 1024;

    private readonly SpdyHeaders _headers = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Dictionary<uint, SpdyStream> _streams = [];   // of the reading side alone

    public void Dispose() => _headers.Dispose();

    /// <summary>Reads until the client goes; streams that are open end then.</summary>
    /// <exception cref="InvalidDataException">What came is not SPDY.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        byte[] head = new byte[8];
        try
        {
            while (await transport.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) == head.Length)
            {
                uint first = BinaryPrimitives.ReadUInt32BigEndian(head), second = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4));
                int length = (int)(second & 0xffffff);
                if (length > MaxFrame)
                    throw new InvalidDataException($"a frame of {length} bytes; {MaxFrame} are possible");
                byte[] body = new byte[length];
                await transport.ReadExactlyAsync(body, cancel);
                byte flags = (byte)(second >> 24);
                if ((first & 0x8000_0000) == 0)
                    await TakeDataAsync(first, flags, body, cancel);
                else if (!await TakeControlAsync((ushort)first, flags, body, cancel))
                    return;
            }
        }
        finally
        {
            foreach (SpdyStream stream in _streams.Values)
                stream.Complete();
        }
    }

    public Task SendDataAsync(uint stream, ReadOnlyMemory<byte> content, bool isLast, CancellationToken cancel) =>
        SendAsync(stream, isLast ? Last : (byte)0, content, cancel);

    private async Task TakeDataAsync(uint id, byte flags, byte[] body, CancellationToken cancel)
    {
        if (!_streams.TryGetValue(id, out SpdyStream? stream))
            return;   // it has ended on our side
        await stream.TakeAsync(body, cancel);
        if ((flags & Last) != 0)
            End(id);
    }

    /// <summary>False: the client says that it goes.</summary>
    private async Task<bool> TakeControlAsync(ushort type, byte flags, byte[] body, CancellationToken cancel)
    {
        switch (type)
        {
            case SynStream:
                await OpenAsync(flags, body, cancel);
                return true;
            case RstStream:
                End(Number(body));
                return true;
            case Ping:
                await SendControlAsync(Ping, body, cancel);
                return true;
            case Headers:
                // Of no use to us, but the compression of later blocks counts on it.
                Number(body);
                _headers.Read(body.AsSpan(4));
                return true;
            default:
                return type != GoAway;
        }
    }

    private async Task OpenAsync(byte flags, byte[] body, CancellationToken cancel)
    {
        const int fields = 10;   // stream, associated stream, priority, slot
        uint id = Number(body);
        if (body.Length < fields || _streams.ContainsKey(id) || _streams.Count >= MaxStreams)
            throw new InvalidDataException($"stream {id} cannot be opened");
        SpdyStream stream = new(this, id, _headers.Read(body.AsSpan(fields)));
        await SendControlAsync(SynReply, (byte[])[.. body.AsSpan(0, 4), .. _headers.Write()], cancel);
        _streams[id] = stream;
        opened(stream);
        if ((flags & Last) != 0)
            End(id);
    }

    private void End(uint id)
    {
        if (_streams.Remove(id, out SpdyStream? stream))
            stream.Complete();
    }

    private static uint Number(byte[] body) => body.Length >= 4
        ? BinaryPrimitives.ReadUInt32BigEndian(body) & 0x7fff_ffff : throw new InvalidDataException("a control frame that is too short");

    private Task SendControlAsync(ushort type, ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        SendAsync(0x8003_0000 | type, 0, body, cancel);

    private async Task SendAsync(uint first, byte flags, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        byte[] frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, first);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), ((uint)flags << 24) | (uint)body.Length);
        body.CopyTo(frame.AsMemory(8));
        await _sending.WaitAsync(cancel);
        try
        {
            await transport.WriteAsync(frame, cancel);
            await transport.FlushAsync(cancel);
        }
        finally
        {
            _sending.Release();
        }
    }
}
