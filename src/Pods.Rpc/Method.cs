namespace Grpc.Core;

/// <summary>Which side of a call sends a stream of messages instead of one.</summary>
public enum MethodType
{
    Unary,
    ClientStreaming,
    ServerStreaming,
    DuplexStreaming,
}

/// <summary>One method of a service, as a transport sees it that routes by name only.</summary>
public interface IMethod
{
    MethodType Type { get; }
    string ServiceName { get; }
    string Name { get; }
    string FullName { get; }
}

/// <summary>One method of a generated service: its name on the wire and how its two messages become bytes.</summary>
public sealed class Method<TRequest, TResponse>(
    MethodType type,
    string serviceName,
    string name,
    Marshaller<TRequest> requestMarshaller,
    Marshaller<TResponse> responseMarshaller) : IMethod
{
    public MethodType Type { get; } = type;
    public string ServiceName { get; } = serviceName;
    public string Name { get; } = name;
    public Marshaller<TRequest> RequestMarshaller { get; } = requestMarshaller;
    public Marshaller<TResponse> ResponseMarshaller { get; } = responseMarshaller;

    /// <summary>The path of an HTTP/2 request. ttrpc sends the two names apart and never asks, so it is not kept.</summary>
    public string FullName => $"/{ServiceName}/{Name}";
}
