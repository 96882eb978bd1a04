using System.Net;
using System.Text;
using Pods.TestKit;

namespace Pods.Images.Tests;

/// <summary>
/// A registry on 127.0.0.1 that serves one image as the test tells it to: a misbehaving peer, since a real registry cannot be
/// made to misbehave. A test's step answers a request itself, or leaves it to the registry by returning false.
/// </summary>
internal sealed class ScriptedRegistry : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly TestImage _image;
    private readonly Func<HttpListenerContext, ScriptedRegistry, Task<bool>> _step;
    private readonly Task _serving;

    public ScriptedRegistry(TestImage image, Func<HttpListenerContext, ScriptedRegistry, Task<bool>> step)
    {
        _image = image;
        _step = step;
        Host = $"127.0.0.1:{FreePort.Find()}";
        _listener.Prefixes.Add($"http://{Host}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Host { get; }
    public string Reference => $"{Host}/app:1";
    public List<string> Requests { get; } = [];        // guarded by itself

    public int Count(string method, string part)
    {
        lock (Requests)
            return Requests.Count(r => r.StartsWith(method + " ", StringComparison.Ordinal) && r.Contains(part));
    }

    public string LargestLayer => _image.Blobs.MaxBy(b => b.Value.Length).Key;

    public byte[] Blob(string digest) => _image.Blobs[digest];

    public static async Task AnswerAsync(HttpListenerContext call, int status, string body = "")
    {
        call.Response.StatusCode = status;
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        call.Response.ContentLength64 = bytes.Length;
        if (call.Request.HttpMethod != "HEAD")
            await call.Response.OutputStream.WriteAsync(bytes);
        call.Response.Close();
    }

    /// <summary>Promises the whole blob, gives its first part and hangs up.</summary>
    public async Task BreakOffAsync(HttpListenerContext call, string digest, int from, int until)
    {
        byte[] blob = Blob(digest);
        call.Response.StatusCode = from > 0 ? 206 : 200;
        if (from > 0)
            call.Response.AddHeader("Content-Range", $"bytes {from}-{blob.Length - 1}/{blob.Length}");
        call.Response.ContentLength64 = blob.Length - from;
        await call.Response.OutputStream.WriteAsync(blob.AsMemory(from, until - from));
        await call.Response.OutputStream.FlushAsync();
        call.Response.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        // Not Stop first: Close would then bind the port once more to let it go, and another test may have it by now.
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        List<Task> answers = [];
        try
        {
            while (true)
                answers.Add(HandleAsync(await _listener.GetContextAsync()));
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Stopped: the test is over.
        }
        await Task.WhenAll(answers);
    }

    private async Task HandleAsync(HttpListenerContext call)
    {
        lock (Requests)
            Requests.Add($"{call.Request.HttpMethod} {call.Request.Url!.PathAndQuery} {call.Request.Headers["Range"]}");
        try
        {
            if (!await _step(call, this))
                await ServeImageAsync(call);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client hung up, which is its right.
        }
    }

    private async Task ServeImageAsync(HttpListenerContext call)
    {
        string last = call.Request.Url!.AbsolutePath.Split('/')[^1];
        bool isManifest = call.Request.Url.AbsolutePath.Contains("/manifests/");
        if (!_image.Blobs.TryGetValue(isManifest && last == "1" ? _image.ManifestDigest : last, out byte[]? content))
        {
            await AnswerAsync(call, 404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");
            return;
        }
        call.Response.ContentType = isManifest ? TestImage.ManifestType : "application/octet-stream";
        call.Response.AddHeader("Docker-Content-Digest", TestImage.Digest(content));
        int from = call.Request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;
        if (from > 0)
        {
            call.Response.StatusCode = 206;
            call.Response.AddHeader("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}");
        }
        call.Response.ContentLength64 = content.Length - from;
        if (call.Request.HttpMethod != "HEAD")
            await call.Response.OutputStream.WriteAsync(content.AsMemory(from));
        call.Response.Close();
    }
}
