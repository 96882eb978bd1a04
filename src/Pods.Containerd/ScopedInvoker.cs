using Grpc.Core;

namespace Pods.Containerd;

/// <summary>Puts containerd's scope on every call: its namespace and, for a client under a lease, the lease.</summary>
internal sealed class ScopedInvoker(CallInvoker inner, string namespaceName, string? leaseId) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.BlockingUnaryCall(method, host, Scoped(options), request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncUnaryCall(method, host, Scoped(options), request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        inner.AsyncServerStreamingCall(method, host, Scoped(options), request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncClientStreamingCall(method, host, Scoped(options));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        inner.AsyncDuplexStreamingCall(method, host, Scoped(options));

    private CallOptions Scoped(CallOptions options)
    {
        Metadata headers = [.. options.Headers ?? [], new Metadata.Entry("containerd-namespace", namespaceName)];
        if (leaseId is not null)
            headers.Add("containerd-lease", leaseId);
        return options.WithHeaders(headers);
    }
}
