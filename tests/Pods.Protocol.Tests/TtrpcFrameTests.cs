using Pods.Ttrpc;

namespace Pods.Protocol.Tests;

public sealed class TtrpcFrameTests
{
    private static readonly byte[] Header = [0, 0, 0, 3, 0, 0, 0, 7, 2, 1];

    [Fact]
    public void Header_is_big_endian_length_and_stream_then_type_and_flags()
    {
        FrameHeader header = FrameHeader.Parse(Header);

        Assert.Equal(new FrameHeader(3, 7, FrameType.Response, FrameFlags.RemoteClosed), header);
        byte[] written = new byte[FrameHeader.Size];
        header.Write(written);
        Assert.Equal(Header, written);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frame_is_read_however_its_bytes_arrive(bool byteByByte)
    {
        byte[] wire = [.. Header, 1, 2, 3];
        FrameStream frames = new(byteByByte ? new OneByteStream(wire) : new MemoryStream(wire));

        FrameHeader header = (await frames.ReadHeaderAsync(default))!.Value;
        Assert.Equal([1, 2, 3], await frames.ReadPayloadAsync(header, default));
        Assert.Null(await frames.ReadHeaderAsync(default));
    }

    [Fact]
    public async Task Large_payload_is_read_whole()
    {
        byte[] payload = new byte[FrameHeader.MaxPayload];
        new Random(1).NextBytes(payload);
        FrameStream frames = new(new MemoryStream([0, 0x40, 0, 0, 0, 0, 0, 1, 1, 0, .. payload]));

        Assert.Equal(payload, await frames.ReadPayloadAsync((await frames.ReadHeaderAsync(default))!.Value, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(12)]
    public async Task Connection_closed_inside_a_frame_is_an_error(int bytes)
    {
        FrameStream frames = new(new MemoryStream([.. ((byte[])[.. Header, 1, 2, 3])[..bytes]]));

        await Assert.ThrowsAsync<TtrpcException>(async () =>
        {
            FrameHeader? header = await frames.ReadHeaderAsync(default);
            await frames.ReadPayloadAsync(header!.Value, default);
        });
    }
}
