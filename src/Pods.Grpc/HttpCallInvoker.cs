using Grpc.Core;

namespace Pods.Grpc;

/// <summary>Generated clients' calls on a <see cref="GrpcChannel"/>.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        AsyncUnaryCall(method, host, options, request).ResponseAsync.GetAwaiter().GetResult();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        GrpcCall<TResponse> call = Begin(method, options, Single(method, request));
        return new(call.OnlyAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        GrpcCall<TResponse> call = Begin(method, options, Single(method, request));
        return new(new ResponseStreamReader<TResponse>(call), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        StreamedContent content = new();
        GrpcCall<TResponse> call = Begin(method, options, content);
        RequestStreamWriter<TRequest, TResponse> writer = new(call, content, method.RequestMarshaller);
        return new(writer, call.OnlyAsync(), call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        StreamedContent content = new();
        GrpcCall<TResponse> call = Begin(method, options, content);
        RequestStreamWriter<TRequest, TResponse> writer = new(call, content, method.RequestMarshaller);
        ResponseStreamReader<TResponse> reader = new(call);
        return new(writer, reader, call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private static SingleMessageContent Single<TRequest, TResponse>(Method<TRequest, TResponse> method, TRequest request) =>
        new(GrpcFrame.Encode(Payload.Serialize(method.RequestMarshaller, request)));

    private GrpcCall<TResponse> Begin<TRequest, TResponse>(
        Method<TRequest, TResponse> method, CallOptions options, RequestContent content)
        where TResponse : class => new(channel, method, method.ResponseMarshaller, options, content);
}
