using Pods.Oci;

namespace Pods.Images;

/// <summary>An image that is here, with all the names it has.</summary>
public sealed record Image
{
    /// <summary>The name it was found by, made complete.</summary>
    public required string Name { get; init; }
    /// <summary>The digest of its configuration: the same for all its names.</summary>
    public required string Id { get; init; }
    /// <summary>The digest of the index or manifest that the name points to.</summary>
    public required string Digest { get; init; }
    /// <summary>Names with a tag.</summary>
    public IReadOnlyList<string> RepoTags { get; init; } = [];
    /// <summary>Names with a digest; the first is what a pod's status shows as imageID.</summary>
    public IReadOnlyList<string> RepoDigests { get; init; } = [];
    /// <summary>What its blobs take, compressed as they came.</summary>
    public required long Size { get; init; }
    /// <summary>The snapshot that its containers start from.</summary>
    public required string ChainId { get; init; }
    public required ImageConfig Config { get; init; }
    internal ImageTree Tree { get; init; } = null!;
}
