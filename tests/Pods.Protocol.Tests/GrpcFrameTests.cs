using Grpc.Core;
using Pods.Grpc;
using Xunit.Abstractions;

namespace Pods.Protocol.Tests;

public sealed class GrpcFrameTests(ITestOutputHelper output)
{
    private const int Limit = 1 << 20;

    [Fact]
    public void Message_is_sent_uncompressed_behind_its_big_endian_length() =>
        Assert.Equal([0, 0, 0, 0, 3, 7, 8, 9], GrpcFrame.Encode([7, 8, 9]));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_are_read_however_their_bytes_arrive(bool byteByByte)
    {
        byte[] large = new byte[200_000];
        new Random(1).NextBytes(large);
        Stream body = Body([.. GrpcFrame.Encode([7, 8, 9]), .. GrpcFrame.Encode([]), .. GrpcFrame.Encode(large)], byteByByte);

        Assert.Equal((byte[])[7, 8, 9], await GrpcFrame.ReadAsync(body, Limit, default));
        Assert.Empty((await GrpcFrame.ReadAsync(body, Limit, default))!);
        Assert.Equal(large, await GrpcFrame.ReadAsync(body, Limit, default));
        Assert.Null(await GrpcFrame.ReadAsync(body, Limit, default));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0 }, StatusCode.Internal, "answer ended 2 bytes into the prefix of a message")]
    [InlineData(new byte[] { 0, 0, 0, 0, 3, 1 }, StatusCode.Internal, "answer ended 1 bytes into a message of 3")]
    [InlineData(new byte[] { 0, 0, 16, 0, 1 }, StatusCode.ResourceExhausted, "message of 1048577 bytes, allowed: 1048576")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, StatusCode.ResourceExhausted, "message of 4294967295 bytes, allowed: 1048576")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Internal, "message is compressed, though identity was the only encoding offered")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0 }, StatusCode.Internal, "message with unknown flag 9")]
    public async Task Frame_that_cannot_be_taken_is_an_error(byte[] wire, StatusCode code, string detail)
    {
        foreach (bool byteByByte in (bool[])[true, false])
        {
            RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
                await GrpcFrame.ReadAsync(Body(wire, byteByByte), Limit, default));
            Assert.Equal(new Status(code, detail), error.Status);
        }
    }

    [Fact]
    public async Task Ten_thousand_mutated_bodies_are_read_or_refused_within_the_limit()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        byte[] good = [.. GrpcFrame.Encode(new byte[40]), .. GrpcFrame.Encode([]), .. GrpcFrame.Encode(new byte[7])];
        int refused = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] wire = good[..random.Next(good.Length + 1)];
            for (int n = wire.Length == 0 ? 0 : random.Next(1, 6); n > 0; n--)
                wire[random.Next(wire.Length)] = (byte)random.Next(256);
            try
            {
                Stream body = Body(wire, byteByByte: i % 2 == 0);
                while (await GrpcFrame.ReadAsync(body, Limit, default) is { } message)
                    Assert.InRange(message.Length, 0, wire.Length);
            }
            catch (RpcException)
            {
                refused++;
            }
        }
        output.WriteLine($"{refused} refused");
    }

    private static Stream Body(byte[] bytes, bool byteByByte) => byteByByte ? new OneByteStream(bytes) : new MemoryStream(bytes);
}
