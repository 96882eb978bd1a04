using Containerd.Services.Namespaces.V1;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>containerd's namespaces, which keep the objects of its clients apart.</summary>
public sealed class NamespaceService
{
    private readonly Namespaces.NamespacesClient _namespaces;

    internal NamespaceService(CallInvoker invoker) => _namespaces = new(invoker);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancel)
    {
        using var call = _namespaces.ListAsync(new(), cancellationToken: cancel);
        return [.. (await Answer.Of(call, "list namespaces", cancel)).Namespaces.Select(n => n.Name)];
    }

    /// <summary>containerd refuses objects in a namespace that nobody made.</summary>
    public async Task EnsureAsync(string name, CancellationToken cancel)
    {
        using var call = _namespaces.CreateAsync(new() { Namespace = new() { Name = name } }, cancellationToken: cancel);
        await Answer.IfNew(call, $"create namespace \"{name}\"", cancel);
    }
}
