namespace Pods.Protocol.Tests;

/// <summary>Gives one byte per read: a parser that assumes more breaks on it.</summary>
internal sealed class OneByteStream(byte[] content) : MemoryStream(content, writable: false)
{
    public override int Read(Span<byte> buffer) => base.Read(buffer.IsEmpty ? buffer : buffer[..1]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer.IsEmpty ? buffer : buffer[..1], cancellationToken);
}
