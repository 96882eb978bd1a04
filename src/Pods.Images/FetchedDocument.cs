using Pods.Oci;

namespace Pods.Images;

/// <summary>A manifest or index as a registry gave it, held against its digest.</summary>
internal sealed record FetchedDocument(ImageDescriptor Descriptor, byte[] Content);
