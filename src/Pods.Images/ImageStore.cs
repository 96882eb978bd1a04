using System.Security.Cryptography;
using Pods.Containerd;
using Pods.Oci;

namespace Pods.Images;

/// <summary>The node's images: pulled, imported, found, listed, removed, and made into root file systems. One per process.</summary>
public sealed class ImageStore
{
    private readonly ContainerdClient _containerd;
    private readonly ImageOptions _options;
    private readonly KeyedGate _gate = new();
    private readonly SharedPulls _pulls = new();
    private readonly RegistryDirectory _registries;
    private readonly ImageCatalog _catalog;
    private readonly ContainerRootfs _rootfs;
    private readonly DiskSpace _space;

    public ImageStore(ContainerdClient containerd, ImageOptions options)
    {
        _containerd = containerd;
        _options = options;
        _registries = new(options);
        _catalog = new(containerd, options.Snapshotter);
        _space = new(containerd, options.Snapshotter);
        _rootfs = new(containerd, options, _gate, _space);
    }

    /// <summary>By any name or by id. Null: it is not here, or not whole.</summary>
    public Task<Image?> FindAsync(string reference, CancellationToken cancel) => _catalog.FindAsync(Complete(reference), cancel);

    public Task<IReadOnlyList<Image>> ListAsync(CancellationToken cancel) => _catalog.ListAsync(cancel);

    /// <summary>Removes a tag, or by its id an image with all its names. False: it is not here.</summary>
    public Task<bool> RemoveAsync(string reference, CancellationToken cancel) => _catalog.RemoveAsync(Complete(reference), cancel);

    /// <summary>Asks the registry what the reference means today and brings what is missing.</summary>
    public async Task<Image> PullAsync(string reference, PullRequest request, CancellationToken cancel)
    {
        ImageReference parsed = ImageReference.Parse(reference);
        return await _pulls.JoinAsync(
            parsed.Name + Fingerprint(request.DockerConfigs), request.Progress,
            (progress, stop) => PullAsync(parsed, request.DockerConfigs, progress, stop), cancel);
    }

    /// <summary>Takes the images of an OCI or docker archive; answers their names, or the id of one that has none.</summary>
    public async Task<IReadOnlyList<string>> ImportAsync(Stream archive, IProgress<PullProgress>? progress, CancellationToken cancel)
    {
        await using Lease lease = await Lease.TakeAsync(_containerd, "import", _options.Time, cancel);
        LeasedContent content = new(lease, _gate, _space, _options.Time);
        ArchiveImport import = new(content, new(lease, _options.Snapshotter, _gate, _space), _catalog, progress, _options.Time);
        return await import.RunAsync(archive, cancel);
    }

    /// <summary>
    /// A writable snapshot for a container; its key belongs into the container's record, which from then on keeps it. One that
    /// exists is answered as it is.
    /// </summary>
    public Task<IReadOnlyList<SnapshotMount>> PrepareRootfsAsync(
        Image image, string key, IReadOnlyDictionary<string, string> labels, CancellationToken cancel) =>
        _rootfs.PrepareAsync(image, key, labels, cancel);

    /// <summary>The same for a container whose record, with the key in it, exists already.</summary>
    public Task<IReadOnlyList<SnapshotMount>> PrepareRecordedRootfsAsync(
        Image image, string key, IReadOnlyDictionary<string, string> labels, CancellationToken cancel) =>
        _rootfs.PrepareForRecordAsync(image, key, labels, cancel);

    /// <summary>Null: there is no such snapshot.</summary>
    public Task<IReadOnlyList<SnapshotMount>?> RootfsMountsAsync(string key, CancellationToken cancel) => _rootfs.MountsAsync(key, cancel);

    /// <summary>False: there is no such snapshot.</summary>
    public Task<bool> RemoveRootfsAsync(string key, CancellationToken cancel) => _rootfs.RemoveAsync(key, cancel);

    private async Task<Image> PullAsync(
        ImageReference reference, IReadOnlyList<ReadOnlyMemory<byte>> dockerConfigs, IProgress<PullProgress> progress, CancellationToken cancel)
    {
        try
        {
            using RegistrySession registry = new(reference, _registries.Endpoints(reference.Host), ReadKeyring(dockerConfigs), _options.Time);
            await using Lease lease = await Lease.TakeAsync(_containerd, "pull", _options.Time, cancel);
            LeasedContent content = new(lease, _gate, _space, _options.Time);
            LayerUnpacker unpacker = new(lease, _options.Snapshotter, _gate, _space);
            ImageTree tree = await new ImagePull(reference, registry, content, unpacker, _options, progress).RunAsync(cancel);
            return await _catalog.AddAsync(reference, tree, cancel);
        }
        catch (ImageException e)
        {
            throw new ImageException(e.Kind, $"pull \"{reference.Name}\": {e.Message}", e);
        }
        catch (ContainerdException e) when (!e.IsUnavailable)
        {
            throw new ImageException(ImageFailure.Other, $"pull \"{reference.Name}\": {e.Message}", e);
        }
    }

    // The pod's own credentials go before the node's.
    private Keyring ReadKeyring(IReadOnlyList<ReadOnlyMemory<byte>> dockerConfigs)
    {
        Keyring keyring = new();
        foreach (ReadOnlyMemory<byte> config in dockerConfigs)
            keyring.Add(config.Span, "an imagePullSecret");
        foreach (string file in _options.AuthFiles.Where(File.Exists))
            keyring.Add(File.ReadAllBytes(file), file);
        return keyring;
    }

    private static string Complete(string reference)
    {
        string id = reference.Contains(':') ? reference : "sha256:" + reference;
        return Sha256Digest.IsValid(id) ? id : ImageReference.Parse(reference).Name;
    }

    // Two pods share a pull only when they bring the same credentials: what one may see the other may not.
    private static string Fingerprint(IReadOnlyList<ReadOnlyMemory<byte>> dockerConfigs)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> config in dockerConfigs)
            hash.AppendData(SHA256.HashData(config.Span));
        return " " + Sha256Digest.Of(hash);
    }
}
