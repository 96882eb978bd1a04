using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pods.Images;

/// <summary>Makes the HTTP side of one endpoint: its certificates and time limits. Redirects and logins are not its business.</summary>
internal static class RegistryConnection
{
    public static HttpMessageInvoker Open(RegistryEndpoint endpoint)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = endpoint.DialTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        try
        {
            Configure(handler.SslOptions, endpoint.Tls);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            handler.Dispose();
            throw new ImageException(ImageFailure.Other, $"read the certificates for {endpoint.Host}: {e.Message}", e);
        }
        return new(handler);
    }

    private static void Configure(SslClientAuthenticationOptions options, RegistryTls tls)
    {
        if (tls.ClientPairs.Count > 0)
            options.ClientCertificates = [.. tls.ClientPairs.Select(LoadPair)];
        if (tls.SkipVerify)
        {
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            return;
        }
        if (tls.Authorities.Count == 0)
            return;
        X509Certificate2Collection authorities = [];
        foreach (string file in tls.Authorities)
            authorities.ImportFromPemFile(file);
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsSignedBy(authorities, certificate, chain));
    }

    private static X509Certificate2 LoadPair((string Certificate, string Key) pair)
    {
        using X509Certificate2 loaded = X509Certificate2.CreateFromPemFile(pair.Certificate, pair.Key.Length > 0 ? pair.Key : null);
        return X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pkcs12), null);
    }

    // The configured authorities come beside the machine's own, which have refused by now; the name has been found right.
    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? presented)
    {
        if (certificate is null)
            return false;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509ChainElement element in presented?.ChainElements ?? (IEnumerable<X509ChainElement>)[])
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using X509Certificate2 copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy);
    }
}
