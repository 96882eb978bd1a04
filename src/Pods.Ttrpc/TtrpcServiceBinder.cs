using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>Serves one call: the request's payload in, the answer's payload out.</summary>
internal delegate Task<ByteString> TtrpcHandler(ByteString payload, ServerCallContext context);

/// <summary>Collects the unary methods that generated <c>BindService</c> code offers.</summary>
public sealed class TtrpcServiceBinder : ServiceBinderBase
{
    private readonly Dictionary<string, TtrpcHandler> _handlers = [];
    private readonly Dictionary<string, TtrpcService> _services = [];

    internal void Add(string service, TtrpcService methods) => _services.Add(service, methods);

    /// <exception cref="InvalidOperationException">The method is bound already.</exception>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        if (handler is null)
            return;
        if (!_handlers.TryAdd(method.FullName, ServeAsync))
            throw new InvalidOperationException($"bind {method.FullName}: bound already");

        async Task<ByteString> ServeAsync(ByteString payload, ServerCallContext context)
        {
            TRequest request;
            try
            {
                request = Payload.Deserialize(method.RequestMarshaller, payload);
            }
            catch (InvalidProtocolBufferException e)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, $"request of {method.FullName}: {e.Message}"));
            }
            return Payload.Serialize(method.ResponseMarshaller, await handler(request, context));
        }
    }

    /// <summary>Null when nobody serves such a method.</summary>
    internal Task<ByteString>? TryServe(string service, string method, ByteString payload, ServerCallContext context) =>
        _services.TryGetValue(service, out TtrpcService? methods)
            ? methods(method, payload, context)
            : _handlers.GetValueOrDefault($"/{service}/{method}")?.Invoke(payload, context);
}
