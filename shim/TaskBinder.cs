using Grpc.Core;

namespace Pods.Shim;

/// <summary>
/// Offers each method of the task service under both of its names: containerd 1.x calls v2, 2.x calls v3, with the same messages.
/// </summary>
internal sealed class TaskBinder(ServiceBinderBase services, IdleCollection idle) : ServiceBinderBase
{
    private static readonly string[] _names = ["containerd.task.v2.Task", "containerd.task.v3.Task"];

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        foreach (string service in _names)
        {
            services.AddMethod(
                new Method<TRequest, TResponse>(method.Type, service, method.Name, method.RequestMarshaller, method.ResponseMarshaller),
                AnswerAsync);
        }

        async Task<TResponse> AnswerAsync(TRequest request, ServerCallContext call)
        {
            try
            {
                return await handler!(request, call);
            }
            finally
            {
                idle.Touch();
            }
        }
    }
}
