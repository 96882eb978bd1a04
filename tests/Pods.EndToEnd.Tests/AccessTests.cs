using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>The API on its TLS port, with the real kubectl.</summary>
public sealed class AccessTests
{
    [SkippableFact]
    public async Task Kubectl_works_with_a_kubeconfig_and_nothing_else()
    {
        int port = FreePort.Find();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--listen", $"127.0.0.1:{port}"] });
        await using Kubectl kubectl = new(podsd);
        await podsd.RunPodAsync(Manifest.Of("web", "echo up; " + Manifest.Forever), "web");
        string config = podsd.File("kubeconfig");

        (await podsd.PodsAsync("config", "kubeconfig", "-o", config)).Succeeded();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(config));
        Assert.Contains($"server: https://127.0.0.1:{port}\n", File.ReadAllText(config));
        Assert.Equal("pod/web\n", (await kubectl.RunWithAsync(config, "get", "pods", "-o", "name")).Succeeded().Output);
        Assert.Equal("up\n", (await kubectl.RunWithAsync(config, "logs", "web")).Succeeded().Output);
        Assert.Equal("through\n", (await kubectl.RunWithAsync(config, "exec", "web", "--", "echo", "through")).Succeeded().Output);
        (await kubectl.RunWithAsync(config, "wait", "--for=condition=Ready", "--timeout=30s", "pod/web")).Succeeded();
    }

    [SkippableFact]
    public async Task Kubeconfig_is_refused_once_the_authority_was_rotated()
    {
        int port = FreePort.Find();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--listen", $"127.0.0.1:{port}"] });
        await using Kubectl kubectl = new(podsd);
        string before = podsd.File("before"), after = podsd.File("after");
        (await podsd.PodsAsync("config", "kubeconfig", "-o", before)).Succeeded();

        (await podsd.PodsAsync("config", "rotate")).Succeeded();
        (await podsd.PodsAsync("config", "kubeconfig", "-o", after, "--user", "ann")).Succeeded();

        // Its authority is not the server's any more; and with the new one's it is still no good.
        Assert.NotEqual(0, (await kubectl.RunWithAsync(before, "get", "pods")).ExitCode);
        CommandResult refused = await kubectl.RunWithAsync(before, "get", "pods", "--insecure-skip-tls-verify");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("You must be logged in to the server", refused.Error);
        (await kubectl.RunWithAsync(after, "get", "pods")).Succeeded();
    }

    [SkippableFact]
    public async Task Port_answers_nothing_without_a_certificate_and_never_gives_one_out()
    {
        int port = FreePort.Find();
        await using PodsDaemon podsd = await PodsDaemon.StartAsync(new() { Arguments = ["--listen", $"127.0.0.1:{port}"] });
        string kubeconfig = (await podsd.PodsAsync("config", "kubeconfig", "-o", "-")).Succeeded().Output;

        foreach (string path in (string[])["/healthz", "/version", "/api", "/api/v1/pods", "/pods/v1/images", "/nothing"])
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(port, HttpMethod.Get, path, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(port, HttpMethod.Post, "/pods/v1/access/kubeconfig", null));

        using X509Certificate2 client = ClientCertificate(kubeconfig);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(port, HttpMethod.Get, "/version", client));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(port, HttpMethod.Post, "/pods/v1/access/kubeconfig", client));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(port, HttpMethod.Post, "/pods/v1/access/rotate", client));
    }

    [SkippableFact]
    public async Task Kubeconfig_of_a_podsd_without_a_port_is_refused_with_what_to_set()
    {
        await using PodsDaemon podsd = await PodsDaemon.StartAsync();

        CommandResult refused = await podsd.PodsAsync("config", "kubeconfig", "-o", podsd.File("kubeconfig"));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("podsd has no TLS port: set \"listen\"", refused.Error);
        Assert.False(File.Exists(podsd.File("kubeconfig")));
    }

    private static async Task<HttpStatusCode> AskAsync(int port, HttpMethod method, string path, X509Certificate2? client)
    {
        using SocketsHttpHandler handler = new()
        {
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                ClientCertificates = client is null ? null : [client],
                LocalCertificateSelectionCallback = client is null ? null : (_, _, _, _, _) => client,
            },
        };
        using HttpMessageInvoker http = new(handler);
        using HttpRequestMessage request = new(method, $"https://127.0.0.1:{port}{path}");
        using HttpResponseMessage answer = await http.SendAsync(request, CancellationToken.None);
        return answer.StatusCode;
    }

    private static X509Certificate2 ClientCertificate(string kubeconfig)
    {
        string Pem(string key)
        {
            string line = kubeconfig.Split('\n').Single(l => l.Contains(key + ": "));
            return System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(line.Split(": ")[1]));
        }
        return X509Certificate2.CreateFromPem(Pem("client-certificate-data"), Pem("client-key-data"));
    }
}
