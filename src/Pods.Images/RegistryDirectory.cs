using System.Net;

namespace Pods.Images;

/// <summary>Which servers are asked for a registry's images, in which order: containerd's certs.d, or the registry itself.</summary>
internal sealed class RegistryDirectory(ImageOptions options)
{
    /// <summary>Read at every pull, so that a change of configuration needs no restart.</summary>
    public IReadOnlyList<RegistryEndpoint> Endpoints(string registry)
    {
        RegistryEndpoint origin = Origin(registry);
        if (Directories(registry).FirstOrDefault(Directory.Exists) is not { } directory)
            return [origin];
        string file = Path.Combine(directory, "hosts.toml");
        if (!File.Exists(file))
            return [origin with { Tls = DockerStyleTls(directory) }];
        try
        {
            return HostsFile.Parse(File.ReadAllText(file), directory, registry, origin);
        }
        catch (TomlException e)
        {
            throw new ImageException(ImageFailure.Other, $"{file}: {e.Message}", e);
        }
    }

    private IEnumerable<string> Directories(string registry)
    {
        if (options.CertsDirectory is null)
            yield break;
        int colon = registry.LastIndexOf(':');
        if (colon > 0)
            yield return Path.Combine(options.CertsDirectory, $"{registry[..colon]}_{registry[(colon + 1)..]}_");
        yield return Path.Combine(options.CertsDirectory, registry);
        yield return Path.Combine(options.CertsDirectory, "_default");
    }

    private RegistryEndpoint Origin(string registry)
    {
        // Docker Hub's API lives elsewhere than its name.
        string host = registry == "docker.io" ? "registry-1.docker.io" : registry;
        string scheme = IsLoopback(host) || options.PlainHttp.Contains(registry) ? "http" : "https";
        return new() { Root = new($"{scheme}://{host}/v2/") };
    }

    private static bool IsLoopback(string host)
    {
        string name = host.StartsWith('[') ? host[1..host.IndexOf(']')] : host.Split(':')[0];
        return name == "localhost" || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    // Docker's habit, which containerd keeps: *.crt are authorities, *.cert with its *.key is who we are.
    private static RegistryTls DockerStyleTls(string directory) => new()
    {
        Authorities = [.. Directory.GetFiles(directory, "*.crt").Order(StringComparer.Ordinal)],
        ClientPairs =
        [
            .. Directory.GetFiles(directory, "*.cert").Order(StringComparer.Ordinal)
                .Select(certificate => (certificate, Path.ChangeExtension(certificate, ".key"))),
        ],
    };
}
