using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Pods.Daemon.Access;
using Pods.TestKit;

namespace Pods.Node.Tests;

/// <summary>The certificates of podsd's TLS port.</summary>
public sealed partial class ApiAccessTests : IDisposable
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private readonly ScratchDirectory _scratch = new();
    private readonly Clock _clock = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Certificate_of_a_kubeconfig_is_let_in_also_after_a_restart()
    {
        using X509Certificate2 client = ClientOf(Open().Kubeconfig("https://h:1", "ann", Year));

        Assert.Equal("O=system:masters, CN=ann", client.Subject);
        Assert.True(Open().MayUse(client));
    }

    [Fact]
    public void Nobody_else_is_let_in()
    {
        ApiAccess access = Open();
        using CertificateAuthority other = CertificateAuthority.Create("pods-node", _clock.GetUtcNow());
        using X509Certificate2 strange = X509Certificate2.CreateFromPem(other.IssueClient("ann", _clock.GetUtcNow(), Year).Certificate);

        Assert.False(access.MayUse(null));
        Assert.False(access.MayUse(strange));
        Assert.False(access.MayUse(access.ServerCertificate()));
    }

    [Fact]
    public void Certificate_is_refused_once_its_time_is_over()
    {
        ApiAccess access = Open();
        using X509Certificate2 client = ClientOf(access.Kubeconfig("https://h:1", "ann", TimeSpan.FromDays(2)));

        _clock.Now += TimeSpan.FromDays(1);
        Assert.True(access.MayUse(client));
        _clock.Now += TimeSpan.FromDays(2);
        Assert.False(access.MayUse(client));
    }

    [Fact]
    public void Rotation_refuses_what_was_given_out_before_and_survives_a_restart()
    {
        ApiAccess access = Open();
        using X509Certificate2 before = ClientOf(access.Kubeconfig("https://h:1", "ann", Year));
        string server = access.ServerCertificate().Thumbprint;

        access.Rotate();
        using X509Certificate2 after = ClientOf(access.Kubeconfig("https://h:1", "ann", Year));

        Assert.Equal((false, true), (access.MayUse(before), access.MayUse(after)));
        Assert.NotEqual(server, access.ServerCertificate().Thumbprint);
        Assert.Equal((false, true), (Open().MayUse(before), Open().MayUse(after)));
    }

    [Fact]
    public void Server_certificate_is_for_the_names_asked_and_is_renewed_before_its_end()
    {
        ApiAccess access = Open();
        X509Certificate2 first = access.ServerCertificate();
        Assert.True(first.MatchesHostname("edge7.example"));
        Assert.True(first.MatchesHostname("10.0.0.7"));
        Assert.False(first.MatchesHostname("other.example"));

        _clock.Now += TimeSpan.FromDays(50);
        Assert.Equal(first.Thumbprint, access.ServerCertificate().Thumbprint);
        _clock.Now += TimeSpan.FromDays(20);
        Assert.NotEqual(first.Thumbprint, access.ServerCertificate().Thumbprint);
        Assert.True(access.ServerCertificate().NotAfter.ToUniversalTime() > _clock.Now.UtcDateTime + TimeSpan.FromDays(80));
    }

    [Fact]
    public void Authority_is_for_its_owner_alone()
    {
        Open();

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(owner, File.GetUnixFileMode(_scratch.File("access/authority.pem")));
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_scratch.File("access")));
    }

    [Fact]
    public void Broken_authority_is_told_with_its_file_and_kept()
    {
        Open();
        File.WriteAllText(_scratch.File("access/authority.pem"), "no certificate\n");

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(Open);

        Assert.Contains(_scratch.File("access/authority.pem"), e.Message);
        Assert.Equal("no certificate\n", File.ReadAllText(_scratch.File("access/authority.pem")));
    }

    private ApiAccess Open() => ApiAccess.Open(_scratch.File("access"), "node", ["node", "edge7.example", "10.0.0.7"], _clock);

    private static X509Certificate2 ClientOf(string kubeconfig) => X509Certificate2.CreateFromPem(
        Encoding.ASCII.GetString(Convert.FromBase64String(ClientCertificate().Match(kubeconfig).Groups[1].Value)));

    [GeneratedRegex("client-certificate-data: (.+)")]
    private static partial Regex ClientCertificate();
}
