using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Pods.Containerd;

/// <summary>One event; the topic says what it is ("/tasks/exit").</summary>
public sealed record ContainerdEvent(DateTimeOffset At, string Namespace, string Topic, Any Payload)
{
    /// <summary>Null when the payload is of another type.</summary>
    public T? As<T>() where T : class, IMessage<T>, new()
    {
        T message = new();
        string type = Payload.TypeUrl[(Payload.TypeUrl.LastIndexOf('/') + 1)..];
        if (type != message.Descriptor.FullName)
            return null;
        message.MergeFrom(Payload.Value);
        return message;
    }
}
