using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pods.Daemon.Access;

/// <summary>A certificate that signs: podsd's own for the TLS port, and those that its clients show. Keys are P-256.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan Life = TimeSpan.FromDays(3650);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);   // another machine's clock may be behind

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate) => _certificate = certificate;

    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>The certificate and its key, as they are kept on disk.</summary>
    public string Pem
    {
        get
        {
            using ECDsa key = _certificate.GetECDsaPrivateKey()!;
            return CertificatePem + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
        }
    }

    public static CertificateAuthority Create(string name, DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(Name(name, "pods"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return new(request.CreateSelfSigned(now - Skew, now + Life));
    }

    /// <exception cref="CryptographicException">The text is no certificate with its key.</exception>
    public static CertificateAuthority FromPem(string pem) => new(X509Certificate2.CreateFromPem(pem, pem));

    /// <summary>For a server of these host names and addresses.</summary>
    public X509Certificate2 IssueServer(string name, IEnumerable<string> hosts, DateTimeOffset now, TimeSpan life)
    {
        SubjectAlternativeNameBuilder names = new();
        foreach (string host in hosts.Distinct())
        {
            if (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 signed = Sign(key, Name(name, "pods"), ServerUse, now, life, names.Build());
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>For somebody who may use the API: the certificate and its key, which nobody but the receiver has.</summary>
    public (string Certificate, string Key) IssueClient(string user, DateTimeOffset now, TimeSpan life)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 signed = Sign(key, Name(user, "system:masters"), ClientUse, now, life, null);
        return (signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Whether this is a client's certificate of ours whose time is not over.</summary>
    public bool HasIssuedTo(X509Certificate2 client, DateTimeOffset now)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
        return chain.Build(client);
    }

    public void Dispose() => _certificate.Dispose();

    private X509Certificate2 Sign(ECDsa key, X500DistinguishedName name, string use, DateTimeOffset now, TimeSpan life, X509Extension? more)
    {
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        if (more is not null)
            request.CertificateExtensions.Add(more);
        DateTimeOffset end = now + life;
        // No certificate outlives its signer.
        DateTimeOffset notAfter = end < _certificate.NotAfter ? end : _certificate.NotAfter;
        return request.Create(_certificate, now - Skew, notAfter, RandomNumberGenerator.GetBytes(16));
    }

    private static X500DistinguishedName Name(string commonName, string organization)
    {
        X500DistinguishedNameBuilder name = new();
        name.AddOrganizationName(organization);
        name.AddCommonName(commonName);
        return name.Build();
    }
}
