using Containerd.Types;
using Pods.Oci;

namespace Pods.Containerd;

/// <summary>Between a descriptor in an image's documents and one in containerd's messages, which has no platform.</summary>
internal static class Descriptors
{
    public static ImageDescriptor From(BlobDescriptor? descriptor) => descriptor is null ? new() : new()
    {
        MediaType = descriptor.MediaType,
        Digest = descriptor.Digest,
        Size = descriptor.Size,
        Annotations = descriptor.Annotations.Count == 0 ? null : new Dictionary<string, string>(descriptor.Annotations),
    };

    public static BlobDescriptor ToWire(ImageDescriptor descriptor) => new()
    {
        MediaType = descriptor.MediaType,
        Digest = descriptor.Digest,
        Size = descriptor.Size,
    };
}
