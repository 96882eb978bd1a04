using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>One message on its way between a marshaller and the <c>payload</c> field of a request or response.</summary>
internal static class Payload
{
    public static ByteString Serialize<T>(Marshaller<T> marshaller, T message)
    {
        Outgoing outgoing = new();
        marshaller.ContextualSerializer(message, outgoing);
        // The marshaller made the array for us and keeps no reference to it.
        return UnsafeByteOperations.UnsafeWrap(outgoing.Bytes);
    }

    public static T Deserialize<T>(Marshaller<T> marshaller, ByteString payload) =>
        marshaller.ContextualDeserializer(new Incoming(payload));

    private sealed class Outgoing : SerializationContext
    {
        public byte[] Bytes { get; private set; } = [];

        public override void Complete(byte[] payload) => Bytes = payload;
    }

    private sealed class Incoming(ByteString payload) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        public override byte[] PayloadAsNewBuffer() => payload.ToByteArray();
    }
}
