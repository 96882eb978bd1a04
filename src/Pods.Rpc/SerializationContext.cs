namespace Grpc.Core;

/// <summary>A transport's place for one outgoing message: the marshaller hands over its bytes, once.</summary>
public abstract class SerializationContext
{
    public abstract void Complete(byte[] payload);
}

/// <summary>A transport's view of one incoming message, read by the marshaller and gone after it returns.</summary>
public abstract class DeserializationContext
{
    public abstract int PayloadLength { get; }
    public abstract byte[] PayloadAsNewBuffer();
}
