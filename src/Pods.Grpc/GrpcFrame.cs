using System.Buffers.Binary;
using Grpc.Core;

namespace Pods.Grpc;

/// <summary>A message in an HTTP/2 body: a flag that says whether it is compressed, its length, its bytes.</summary>
internal static class GrpcFrame
{
    public const int PrefixSize = 5;

    // A peer may announce 16 MiB and send nothing: memory is taken as the bytes arrive.
    private const int FirstChunk = 64 * 1024;

    public static byte[] Encode(ReadOnlySpan<byte> message)
    {
        byte[] frame = new byte[PrefixSize + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame.AsSpan(PrefixSize));
        return frame;
    }

    /// <summary>Null at the end of the body.</summary>
    /// <exception cref="RpcException">What arrived is no message that can be taken; the body is unusable from here on.</exception>
    public static async ValueTask<byte[]?> ReadAsync(Stream body, int maxLength, CancellationToken cancel)
    {
        byte[] prefix = new byte[PrefixSize];
        int read = await body.ReadAtLeastAsync(prefix, PrefixSize, throwOnEndOfStream: false, cancel);
        if (read == 0)
            return null;
        if (read < PrefixSize)
            throw Unusable(StatusCode.Internal, $"answer ended {read} bytes into the prefix of a message");
        return await ReadMessageAsync(body, LengthOf(prefix, maxLength), cancel);
    }

    private static int LengthOf(ReadOnlySpan<byte> prefix, int maxLength)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return prefix[0] switch
        {
            0 when length <= (uint)maxLength => (int)length,
            0 => throw Unusable(StatusCode.ResourceExhausted, $"message of {length} bytes, allowed: {maxLength}"),
            1 => throw Unusable(StatusCode.Internal, "message is compressed, though identity was the only encoding offered"),
            byte flag => throw Unusable(StatusCode.Internal, $"message with unknown flag {flag}"),
        };
    }

    private static async ValueTask<byte[]> ReadMessageAsync(Stream body, int length, CancellationToken cancel)
    {
        byte[] message = new byte[Math.Min(length, FirstChunk)];
        int filled = 0;
        while (true)
        {
            filled += await body.ReadAtLeastAsync(message.AsMemory(filled), message.Length - filled, throwOnEndOfStream: false, cancel);
            if (filled < message.Length)
                throw Unusable(StatusCode.Internal, $"answer ended {filled} bytes into a message of {length}");
            if (filled == length)
                return message;
            Array.Resize(ref message, (int)Math.Min(length, message.Length * 2L));
        }
    }

    private static RpcException Unusable(StatusCode code, string detail) => new(new Status(code, detail));
}
