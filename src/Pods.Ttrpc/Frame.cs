using System.Buffers.Binary;

namespace Pods.Ttrpc;

/// <summary>What a frame carries.</summary>
public enum FrameType : byte
{
    Request = 1,
    Response = 2,
    Data = 3,
}

/// <summary>Who is done sending on a stream; a unary request carries none.</summary>
[Flags]
public enum FrameFlags : byte
{
    None = 0,
    RemoteClosed = 1,
    RemoteOpen = 2,
    NoData = 4,
}

/// <summary>The ten bytes in front of each message of a connection: length and stream id, big-endian, then type and flags.</summary>
public readonly record struct FrameHeader(uint Length, uint StreamId, FrameType Type, FrameFlags Flags)
{
    public const int Size = 10;

    /// <summary>What ttrpc allows for one message; a longer one is refused on its stream, the connection lives on.</summary>
    public const int MaxPayload = 4 << 20;

    public bool IsOversize => Length > MaxPayload;

    public static FrameHeader Parse(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32BigEndian(bytes),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
        (FrameType)bytes[8],
        (FrameFlags)bytes[9]);

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Length);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], StreamId);
        bytes[8] = (byte)Type;
        bytes[9] = (byte)Flags;
    }
}
