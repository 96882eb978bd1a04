namespace Grpc.Core;

/// <summary>Turns one kind of message into bytes and back; the generated stubs make one per message type.</summary>
public sealed class Marshaller<T>(
    Action<T, SerializationContext> serializer,
    Func<DeserializationContext, T> deserializer)
{
    public Action<T, SerializationContext> ContextualSerializer { get; } = serializer;
    public Func<DeserializationContext, T> ContextualDeserializer { get; } = deserializer;
}

/// <summary>Where the generated stubs ask for a marshaller.</summary>
public static class Marshallers
{
    public static Marshaller<T> Create<T>(
        Action<T, SerializationContext> serializer,
        Func<DeserializationContext, T> deserializer) => new(serializer, deserializer);
}
