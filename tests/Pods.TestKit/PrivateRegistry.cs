using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pods.TestKit;

/// <summary>A real docker-registry on 127.0.0.1 with a store of its own, plain HTTP, with or without basic auth.</summary>
public sealed class PrivateRegistry : IAsyncDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly HttpClient _http = new();
    private DaemonProcess? _process;

    private PrivateRegistry(int port) => Host = $"127.0.0.1:{port}";

    /// <summary>host:port, the first part of a reference.</summary>
    public string Host { get; }

    public static async Task<PrivateRegistry> StartAsync(string? user = null, string? password = null, int? port = null)
    {
        Requires.Programs("docker-registry");
        PrivateRegistry registry = new(port ?? FreePort.Find());
        try
        {
            await registry.RunAsync(user, password);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    public async Task PushAsync(TestImage image, string repository, string tag)
    {
        foreach (var (digest, blob) in image.Blobs.Where(b => b.Key != image.ManifestDigest))
            await PushBlobAsync(repository, digest, blob);
        await PutManifestAsync(repository, tag, image.Manifest, TestImage.ManifestType);
    }

    public async Task PushIndexAsync(string repository, string tag, params (TestImage Image, string Os, string Architecture)[] images)
    {
        foreach (var (image, _, _) in images)
            await PushAsync(image, repository, image.ManifestDigest);
        byte[] index = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = TestImage.IndexType,
            manifests = images.Select(i => new
            {
                mediaType = TestImage.ManifestType,
                digest = i.Image.ManifestDigest,
                size = i.Image.Manifest.Length,
                platform = new { os = i.Os, architecture = i.Architecture },
            }),
        });
        await PutManifestAsync(repository, tag, index, TestImage.IndexType);
    }

    public async Task PutManifestAsync(string repository, string tag, byte[] manifest, string type)
    {
        using ByteArrayContent content = new(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        (await _http.PutAsync($"http://{Host}/v2/{repository}/manifests/{tag}", content)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.KillAsync();
        _http.Dispose();
        _scratch.Dispose();
    }

    private async Task PushBlobAsync(string repository, string digest, byte[] blob)
    {
        using HttpResponseMessage begun = await _http.PostAsync($"http://{Host}/v2/{repository}/blobs/uploads/", null);
        begun.EnsureSuccessStatusCode();
        string location = begun.Headers.Location!.IsAbsoluteUri
            ? begun.Headers.Location.AbsoluteUri : $"http://{Host}{begun.Headers.Location}";
        using ByteArrayContent content = new(blob);
        content.Headers.ContentType = new("application/octet-stream");
        string separator = location.Contains('?') ? "&" : "?";
        (await _http.PutAsync($"{location}{separator}digest={digest}", content)).EnsureSuccessStatusCode();
    }

    private async Task RunAsync(string? user, string? password)
    {
        string auth = "";
        if (user is not null)
        {
            Requires.Programs("htpasswd");
            CommandResult made = (await Command.RunAsync("htpasswd", ["-Bbn", user, password!])).Succeeded();
            File.WriteAllText(_scratch.File("htpasswd"), made.Output);
            auth = $"auth:\n  htpasswd:\n    realm: test\n    path: {_scratch.File("htpasswd")}\n";
            _http.DefaultRequestHeaders.Authorization =
                new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        }
        File.WriteAllText(_scratch.File("config.yml"), $"""
            version: 0.1
            log: {"{"} level: warn {"}"}
            storage:
              filesystem:
                rootdirectory: {_scratch.File("store")}
              delete: {"{"} enabled: true {"}"}
            http:
              addr: {Host}
            {auth}
            """);
        _process = DaemonProcess.Start("docker-registry", ["serve", _scratch.File("config.yml")], _scratch.File("log"));
        await Eventually.True(AnswersAsync, $"docker-registry answers on {Host}: {_process.Log}");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync($"http://{Host}/v2/");
            return answer.StatusCode is HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
