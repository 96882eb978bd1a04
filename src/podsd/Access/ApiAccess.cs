using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pods.Linux;

namespace Pods.Daemon.Access;

/// <summary>
/// Who may use the TLS port: whoever shows a certificate of podsd's own authority. The authority lies below the root, for root
/// alone; the port's certificate lies nowhere and is made anew before its time is over.
/// </summary>
internal sealed class ApiAccess : IDisposable
{
    private static readonly TimeSpan ServerLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    private readonly string _path;
    private readonly string _nodeName;
    private readonly IReadOnlyList<string> _hosts;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private CertificateAuthority _authority;   // guarded by _gate
    private X509Certificate2? _server;   // guarded by _gate

    private ApiAccess(string path, string nodeName, IReadOnlyList<string> hosts, TimeProvider time)
    {
        (_path, _nodeName, _hosts, _time) = (path, nodeName, hosts, time);
        _authority = File.Exists(path) ? Read(path) : Create();
    }

    /// <summary>The authority below <paramref name="directory"/>, made when there is none.</summary>
    /// <exception cref="InvalidOperationException">The authority's file cannot be read as one.</exception>
    public static ApiAccess Open(string directory, string nodeName, IReadOnlyList<string> hosts, TimeProvider time)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Files.RemoveUnfinished(directory);
        return new(Path.Combine(directory, "authority.pem"), nodeName, hosts, time);
    }

    /// <summary>What the port shows to its clients, for this handshake.</summary>
    public X509Certificate2 ServerCertificate()
    {
        lock (_gate)
        {
            DateTimeOffset now = _time.GetUtcNow();
            // The one before may still be in use by a handshake: it is left to the collector.
            if (_server is null || _server.NotAfter - RenewBefore < now)
                _server = _authority.IssueServer(_nodeName, _hosts, now, ServerLife);
            return _server;
        }
    }

    public bool MayUse(X509Certificate2? client)
    {
        lock (_gate)
            return client is not null && _authority.HasIssuedTo(client, _time.GetUtcNow());
    }

    /// <summary>A kubeconfig with a key and a certificate of its own.</summary>
    public string Kubeconfig(string server, string user, TimeSpan life)
    {
        string authority, certificate, key;
        lock (_gate)
        {
            authority = _authority.CertificatePem;
            (certificate, key) = _authority.IssueClient(user, _time.GetUtcNow(), life);
        }
        string cluster = "pods-" + _nodeName;
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {cluster}
              cluster:
                server: {server}
                certificate-authority-data: {Base64(authority)}
            users:
            - name: {cluster}-{user}
              user:
                client-certificate-data: {Base64(certificate)}
                client-key-data: {Base64(key)}
            contexts:
            - name: {cluster}
              context:
                cluster: {cluster}
                user: {cluster}-{user}
            current-context: {cluster}

            """;
    }

    /// <summary>Another authority: what the one before has signed is refused from now on.</summary>
    public void Rotate()
    {
        lock (_gate)
        {
            _authority = Create();
            _server = null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _authority.Dispose();
    }

    private CertificateAuthority Create()
    {
        CertificateAuthority made = CertificateAuthority.Create("pods-" + _nodeName, _time.GetUtcNow());
        Files.WriteDurably(_path, Encoding.ASCII.GetBytes(made.Pem));
        return made;
    }

    private static CertificateAuthority Read(string path)
    {
        try
        {
            return CertificateAuthority.FromPem(File.ReadAllText(path));
        }
        catch (CryptographicException e)
        {
            throw new InvalidOperationException($"certificate authority \"{path}\": {e.Message}; move it away to have another made");
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
