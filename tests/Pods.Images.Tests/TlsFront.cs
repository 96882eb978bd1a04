using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pods.Images.Tests;

/// <summary>TLS in front of a registry that has none, with a certificate of its own authority; wants one of its client.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _behind;
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _server;
    private readonly Task _serving;

    public TlsFront(string behind, string directory)
    {
        _behind = behind;
        _authority = MakeAuthority();
        _server = Issue("CN=127.0.0.1", out _);
        X509Certificate2 client = Issue("CN=node", out RSA clientKey);
        File.WriteAllText(Path.Combine(directory, "ca.pem"), _authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "node.pem"), client.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "node.key"), clientKey.ExportPkcs8PrivateKeyPem());
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Host => _listener.LocalEndpoint.ToString()!;

    /// <summary>Whom the last connection was from.</summary>
    public string? Client { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _authority.Dispose();
        _server.Dispose();
        _stop.Dispose();
    }

    private static X509Certificate2 MakeAuthority()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=test authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private X509Certificate2 Issue(string name, out RSA key)
    {
        key = RSA.Create(2048);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(
            _authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    private async Task ServeAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Stopped: the test is over.
        }
        await Task.WhenAll(connections);
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using (client)
        using (TcpClient registry = new())
        {
            try
            {
                await using SslStream outside = new(client.GetStream(), false, (_, certificate, _, _) =>
                {
                    Client = certificate?.Subject;
                    return true;
                });
                await outside.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _server, ClientCertificateRequired = true }, _stop.Token);
                await registry.ConnectAsync(IPEndPoint.Parse(_behind), _stop.Token);
                await using NetworkStream inside = registry.GetStream();
                await Task.WhenAny(outside.CopyToAsync(inside, _stop.Token), inside.CopyToAsync(outside, _stop.Token));
            }
            catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException)
            {
                // The client did not like our certificate, or hung up.
            }
        }
    }
}
