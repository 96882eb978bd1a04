using Wire = Containerd.Services.Content.V1;

namespace Pods.Containerd;

/// <summary>A blob of the store.</summary>
public sealed record BlobRecord(string Digest, long Size, IReadOnlyDictionary<string, string> Labels)
{
    internal static BlobRecord From(Wire.Info found) => new(found.Digest, found.Size, new Dictionary<string, string>(found.Labels));
}
