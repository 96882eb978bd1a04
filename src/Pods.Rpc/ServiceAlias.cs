using Grpc.Core;

namespace Pods.Rpc;

/// <summary>
/// Binds a generated service a second time under another name, with the same handlers and marshallers:
/// a shim serves containerd.task.v3.Task also as containerd.task.v2.Task, whose messages are equal.
/// </summary>
public sealed class ServiceAlias(ServiceBinderBase binder, string serviceName) : ServiceBinderBase
{
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(
            new Method<TRequest, TResponse>(
                method.Type, serviceName, method.Name, method.RequestMarshaller, method.ResponseMarshaller),
            handler);
}
