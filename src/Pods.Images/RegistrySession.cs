using Pods.Oci;

namespace Pods.Images;

/// <summary>One image's registry during one pull: its mirrors in order, then itself; the first that can, gives.</summary>
internal sealed class RegistrySession : IDisposable
{
    public const int MaximumDocument = 8 << 20;

    private readonly IReadOnlyList<RegistryServer> _servers;
    private readonly ImageReference _reference;

    public RegistrySession(ImageReference reference, IReadOnlyList<RegistryEndpoint> endpoints, Keyring keyring, TimeProvider time)
    {
        _reference = reference;
        // The registry itself is known to credential files by the name in the reference, a mirror by its own.
        _servers =
        [
            .. endpoints.Select(e => new RegistryServer(
                e, reference.Path, keyring.Find(e.MirrorOf is null ? reference.Host : e.Host, reference.Path), time)),
        ];
    }

    /// <summary>Those that may give blobs, in the order in which they are asked.</summary>
    public IEnumerable<RegistryServer> BlobServers => _servers.Where(s => s.Endpoint.CanPull);

    /// <summary>
    /// Which manifest the reference means today. Asked without its content first, which registries do not count as a pull;
    /// null when none of them says it that way.
    /// </summary>
    public async Task<string?> ResolveDigestAsync(CancellationToken cancel)
    {
        if (_reference.Digest is { } digest)
            return digest;
        foreach (RegistryServer server in _servers.Where(s => s.Endpoint.CanResolve))
        {
            try
            {
                using HttpResponseMessage response =
                    await server.SendAsync(RegistryRequest.Manifest(HttpMethod.Head, _reference.TagOrDigest), cancel);
                return DigestHeader(response);
            }
            catch (ImageException)
            {
                // The GET that follows asks the same servers and reports what they say.
            }
        }
        return null;
    }

    public Task<FetchedDocument> FetchTargetAsync(CancellationToken cancel) =>
        FirstAsync(s => s.Endpoint.CanResolve, server => ManifestAsync(server, _reference.TagOrDigest, null, cancel));

    public Task<FetchedDocument> FetchManifestAsync(ImageDescriptor descriptor, CancellationToken cancel) =>
        FirstAsync(s => s.Endpoint.CanPull, server => ManifestAsync(server, descriptor.Digest, descriptor, cancel));

    /// <summary>A small blob: the configuration.</summary>
    public Task<FetchedDocument> FetchDocumentAsync(ImageDescriptor descriptor, CancellationToken cancel) =>
        FirstAsync(s => s.Endpoint.CanPull, async server =>
        {
            using HttpResponseMessage response = await server.SendAsync(RegistryRequest.Blob(descriptor.Digest, 0), cancel);
            return Checked(server, await ReadAsync(server, response, cancel), descriptor.MediaType, descriptor.Digest, descriptor);
        });

    public void Dispose()
    {
        foreach (RegistryServer server in _servers)
            server.Dispose();
    }

    private async Task<FetchedDocument> ManifestAsync(
        RegistryServer server, string tagOrDigest, ImageDescriptor? descriptor, CancellationToken cancel)
    {
        using HttpResponseMessage response = await server.SendAsync(RegistryRequest.Manifest(HttpMethod.Get, tagOrDigest), cancel);
        string type = descriptor?.MediaType is { Length: > 0 } known ? known : response.Content.Headers.ContentType?.MediaType ?? "";
        byte[] content = await ReadAsync(server, response, cancel);
        string? expected = Sha256Digest.IsValid(tagOrDigest) ? tagOrDigest : DigestHeader(response);
        return Checked(server, content, type, expected, descriptor);
    }

    private static FetchedDocument Checked(
        RegistryServer server, byte[] content, string type, string? expected, ImageDescriptor? descriptor)
    {
        string digest = Sha256Digest.Of(content);
        if (expected is not null && digest != expected)
            throw new ImageException(ImageFailure.BadContent,
                $"{server.Host} gives a document whose digest is {digest} in place of {expected}: the registry or a proxy on the way is broken");
        if (descriptor is { Size: > 0 } && descriptor.Size != content.Length)
            throw new ImageException(ImageFailure.BadContent,
                $"{server.Host} gives {content.Length} bytes for {digest}, which is said to have {descriptor.Size}");
        return new((descriptor ?? new()) with { MediaType = type, Digest = digest, Size = content.Length }, content);
    }

    private static async Task<byte[]> ReadAsync(RegistryServer server, HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            return await BoundedBody.ReadAsync(response.Content, MaximumDocument, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ImageException(ImageFailure.Unreachable, $"the connection to {server.Host} broke ({e.Message}): try again later", e);
        }
    }

    private static string? DigestHeader(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values)
        && values.FirstOrDefault() is { } digest && Sha256Digest.IsValid(digest) ? digest : null;

    // A mirror may fail in any way; what it said stands beside what the registry itself says.
    private async Task<T> FirstAsync<T>(Func<RegistryServer, bool> can, Func<RegistryServer, Task<T>> ask)
    {
        List<ImageException> failures = [];
        foreach (RegistryServer server in _servers.Where(can))
        {
            try
            {
                return await ask(server);
            }
            catch (ImageException e)
            {
                failures.Add(e);
            }
        }
        throw Combined(failures, _reference.Host);
    }

    public static ImageException Combined(IReadOnlyList<ImageException> failures, string host)
    {
        if (failures.Count == 0)
            return new(ImageFailure.Other, $"the hosts.toml of {host} names no server that may be asked");
        ImageException last = failures[^1];
        return failures.Count == 1 ? last : new(
            last.Kind, $"{last.Message}; before that, {string.Join("; ", failures.SkipLast(1).Select(f => f.Message))}", last);
    }
}
