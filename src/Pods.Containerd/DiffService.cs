using Containerd.Services.Diff.V1;
using Grpc.Core;
using Pods.Oci;

namespace Pods.Containerd;

/// <summary>Unpacks a layer of the content store into a snapshot.</summary>
public sealed class DiffService
{
    private readonly Diff.DiffClient _diff;

    internal DiffService(CallInvoker invoker) => _diff = new(invoker);

    /// <summary>Answers the digest of the uncompressed layer.</summary>
    public async Task<string> ApplyAsync(ImageDescriptor layer, IReadOnlyList<SnapshotMount> mounts, CancellationToken cancel)
    {
        ApplyRequest request = new() { Diff = Descriptors.ToWire(layer), Mounts = { mounts.Select(m => m.ToWire()) } };
        using var call = _diff.ApplyAsync(request, cancellationToken: cancel);
        return (await Answer.Of(call, $"unpack layer {Sha256Digest.Short(layer.Digest)}", cancel)).Applied.Digest;
    }
}
