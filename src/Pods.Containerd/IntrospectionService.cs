using Containerd.Services.Introspection.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Version = Containerd.Services.Version.V1.Version;

namespace Pods.Containerd;

/// <summary>What the containerd at the other end is and has.</summary>
public sealed class IntrospectionService
{
    private readonly Introspection.IntrospectionClient _introspection;
    private readonly Version.VersionClient _version;

    internal IntrospectionService(CallInvoker invoker)
    {
        _introspection = new(invoker);
        _version = new(invoker);
    }

    public async Task<ContainerdVersion> VersionAsync(CancellationToken cancel)
    {
        using var call = _version.VersionAsync(new Empty(), cancellationToken: cancel);
        var answer = await Answer.Of(call, "ask containerd for its version", cancel);
        return new(answer.Version, answer.Revision);
    }

    public async Task<IReadOnlyList<ContainerdPlugin>> PluginsAsync(CancellationToken cancel)
    {
        using var call = _introspection.PluginsAsync(new(), cancellationToken: cancel);
        return
        [
            .. (await Answer.Of(call, "list plugins", cancel)).Plugins.Select(
                p => new ContainerdPlugin(p.Type, p.Id, new Dictionary<string, string>(p.Exports), p.InitErr?.Message)),
        ];
    }
}
