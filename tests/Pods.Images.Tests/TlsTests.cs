using Pods.TestKit;

namespace Pods.Images.Tests;

public sealed class TlsTests
{
    [SkippableTheory]
    [InlineData("", "has no certificate that is trusted here, or no TLS at all")]
    [InlineData("ca = \"ca.pem\"\nclient = [[\"node.pem\", \"node.key\"]]", null)]
    [InlineData("skip_verify = true", null)]
    [InlineData("ca = \"absent.pem\"", "read the certificates for ")]
    [InlineData("ca = \"node.key\"", "has no certificate that is trusted here, or no TLS at all")]
    public async Task Registry_with_an_authority_of_its_own_is_believed_as_configured(string settings, string? problem)
    {
        await using PrivateRegistry registry = await PrivateRegistry.StartAsync();
        await registry.PushAsync(TestImage.Busybox(), "app", "1");
        using ScratchDirectory certs = new();
        Directory.CreateDirectory(certs.File("tls.example"));
        await using TlsFront front = new(registry.Host, certs.File("tls.example"));
        await File.WriteAllTextAsync(Path.Combine(certs.File("tls.example"), "hosts.toml"), $"server = \"https://{front.Host}\"\n{settings}\n");
        await using ImagesFixture images = await ImagesFixture.StartAsync(o => o with { CertsDirectory = certs.Path });

        Exception? failure = await Record.ExceptionAsync(() => images.Store.PullAsync("tls.example/app:1", new(), CancellationToken.None));

        if (problem is null)
            Assert.Null(failure);
        else
            Assert.Contains(problem, Assert.IsType<ImageException>(failure).Message);
        if (settings.Contains("client"))
            Assert.Equal("CN=node", front.Client);
    }
}
