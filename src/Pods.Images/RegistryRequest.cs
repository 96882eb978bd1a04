using System.Net.Http.Headers;
using Pods.Oci;

namespace Pods.Images;

/// <summary>One request of the distribution API, still without the server that it goes to.</summary>
internal sealed record RegistryRequest(HttpMethod Method, string Part, string? Accept, long Offset)
{
    private const string Manifests =
        $"{ImageMediaTypes.Index}, {ImageMediaTypes.DockerIndex}, {ImageMediaTypes.Manifest}, {ImageMediaTypes.DockerManifest}, */*;q=0.5";

    public static RegistryRequest Manifest(HttpMethod method, string tagOrDigest) => new(method, "manifests/" + tagOrDigest, Manifests, 0);

    public static RegistryRequest Blob(string digest, long offset) => new(HttpMethod.Get, "blobs/" + digest, null, offset);

    // A mirror is told whom it stands in for, as containerd tells it.
    public Uri Address(RegistryEndpoint endpoint, string repositoryPath) =>
        new(endpoint.Root, $"{repositoryPath}/{Part}" + (endpoint.MirrorOf is { } origin ? "?ns=" + Uri.EscapeDataString(origin) : ""));

    /// <summary>Credentials and configured headers are for the registry itself, not for where it redirects to.</summary>
    public HttpRequestMessage Message(Uri address, RegistryEndpoint endpoint, AuthenticationHeaderValue? authorization, bool isHome)
    {
        HttpRequestMessage message = new(Method, address);
        message.Headers.TryAddWithoutValidation("User-Agent", "pods");
        message.Headers.Authorization = authorization;
        if (Accept is not null)
            message.Headers.TryAddWithoutValidation("Accept", Accept);
        if (Offset > 0)
            message.Headers.Range = new(Offset, null);
        foreach (var (name, value) in isHome ? endpoint.Headers : [])
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }
}
