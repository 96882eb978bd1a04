using Grpc.Core;

namespace Pods.Grpc;

/// <summary>One message on its way between a marshaller and a frame.</summary>
internal static class Payload
{
    public static byte[] Serialize<T>(Marshaller<T> marshaller, T message)
    {
        Outgoing outgoing = new();
        marshaller.ContextualSerializer(message, outgoing);
        return outgoing.Bytes;
    }

    public static T Deserialize<T>(Marshaller<T> marshaller, byte[] payload) =>
        marshaller.ContextualDeserializer(new Incoming(payload));

    private sealed class Outgoing : SerializationContext
    {
        public byte[] Bytes { get; private set; } = [];

        public override void Complete(byte[] payload) => Bytes = payload;
    }

    private sealed class Incoming(byte[] payload) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        // Read for this one message and referenced by nobody else: no copy is needed.
        public override byte[] PayloadAsNewBuffer() => payload;
    }
}
