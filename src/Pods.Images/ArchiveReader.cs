using System.Formats.Tar;
using System.IO.Compression;
using Pods.Oci;

namespace Pods.Images;

/// <summary>
/// Reads an archive once, from front to back, and puts its blobs into the content store as they come by. Names in it are
/// only looked up, never opened, so no path in it can reach a file of the machine.
/// </summary>
internal sealed class ArchiveReader(LeasedContent content, Action<string, long, long> report)
{
    private const string BlobDirectory = "blobs/sha256/";
    private const int MaximumEntries = 100_000;

    private readonly Dictionary<string, string> _links = [];

    public byte[]? Index { get; private set; }
    public byte[]? DockerManifest { get; private set; }
    /// <summary>What a docker archive holds beside its manifest, by path.</summary>
    public Dictionary<string, ImageDescriptor> Files { get; } = [];

    public async Task ReadAsync(Stream archive, CancellationToken cancel)
    {
        try
        {
            await using Stream plain = await DecompressAsync(archive, cancel);
            await using TarReader tar = new(plain, leaveOpen: true);
            int count = 0;
            while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                if (++count > MaximumEntries)
                    throw new ImageException(ImageFailure.BadContent, $"the archive has more than {MaximumEntries} entries");
                await TakeAsync(entry, cancel);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw new ImageException(ImageFailure.BadContent, "the archive is not a tar archive, or it is damaged or cut short", e);
        }
    }

    /// <summary>The blob at a path of the archive, through a link if need be. Null: the archive has none there.</summary>
    public ImageDescriptor? File(string path)
    {
        string name = Normalized(path);
        if (_links.TryGetValue(name, out string? target))
            name = target;
        return Files.GetValueOrDefault(name);
    }

    private async Task TakeAsync(TarEntry entry, CancellationToken cancel)
    {
        string name = Normalized(entry.Name);
        Stream body = entry.DataStream ?? Stream.Null;
        if (entry.EntryType is TarEntryType.SymbolicLink)
            _links[name] = Normalized(Path.Combine("/", Path.GetDirectoryName(name) ?? "", entry.LinkName));
        else if (entry.EntryType is TarEntryType.HardLink)
            _links[name] = Normalized(entry.LinkName);
        else if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            return;
        else if (name == "index.json")
            Index = await BoundedBody.ReadAsync(body, RegistrySession.MaximumDocument, cancel);
        else if (name == "manifest.json")
            DockerManifest = await BoundedBody.ReadAsync(body, RegistrySession.MaximumDocument, cancel);
        else if (name.StartsWith(BlobDirectory, StringComparison.Ordinal))
            Files[name] = await TakeBlobAsync("sha256:" + name[BlobDirectory.Length..], body, entry.Length, cancel);
        else if (name.EndsWith(".tar", StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal))
            Files[name] = await TakeFileAsync(body, entry.Length, cancel);
    }

    private async Task<ImageDescriptor> TakeBlobAsync(string digest, Stream body, long size, CancellationToken cancel)
    {
        if (!Sha256Digest.IsValid(digest))
            throw new ImageException(ImageFailure.BadContent, $"the archive has a blob whose name is no digest: \"{digest}\"");
        ImageDescriptor blob = new() { Digest = digest, Size = size };
        await content.EnsureAsync(blob, new Dictionary<string, string>(), async writer =>
        {
            string found = await BlobCopy.RunAsync(body, writer, bytes => report(digest, bytes, size), cancel);
            if (found != digest)
                throw new ImageException(ImageFailure.BadContent, $"blob {digest} of the archive has digest {found}: the archive is damaged");
        }, cancel);
        return blob;
    }

    private async Task<ImageDescriptor> TakeFileAsync(Stream body, long size, CancellationToken cancel)
    {
        byte[] start = new byte[2];
        int read = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel);
        ImageDescriptor blob = await content.StoreAsync(new PrefixedStream(start.AsMemory(0, read), body), size, cancel);
        report(blob.Digest, size, size);
        // docker save leaves layers as tar; other tools compress them and name them no differently.
        return blob with { MediaType = start is [0x1f, 0x8b] ? ImageMediaTypes.DockerLayerGzip : ImageMediaTypes.DockerLayer };
    }

    private static async Task<Stream> DecompressAsync(Stream archive, CancellationToken cancel)
    {
        byte[] start = new byte[4];
        int read = await archive.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel);
        if (read < start.Length)
            throw new EndOfStreamException();
        if (start is [0x28, 0xb5, 0x2f, 0xfd])
            throw new ImageException(ImageFailure.BadContent, "the archive is compressed with zstd: decompress it first, or use gzip");
        Stream whole = new PrefixedStream(start, archive);
        return start is [0x1f, 0x8b, ..] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    // "./a", "/a" and "x/../a" are "a"; what would lead out of the archive ends at its root.
    private static string Normalized(string path) => Path.GetFullPath(Path.Combine("/", path)).TrimStart('/');
}
