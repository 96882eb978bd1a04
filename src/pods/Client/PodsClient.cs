using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pods.Manifests;

namespace Pods.Cli.Client;

/// <summary>podsd's API on its unix socket. Every failure is a <see cref="CliException"/> in kubectl's words.</summary>
internal sealed class PodsClient : IDisposable
{
    /// <summary>Within this podsd answers whatever it need not wait for itself, on a busy machine too.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>For what makes containerd sweep its store before it answers.</summary>
    public static readonly TimeSpan SweepLimit = TimeSpan.FromMinutes(10);

    private readonly string _socketPath;
    private readonly TimeSpan? _patience;
    private readonly HttpMessageInvoker _invoker;

    /// <param name="socketPath">Where podsd listens.</param>
    /// <param name="patience">
    /// How long an answer may take to begin, whatever is asked for; <see cref="Timeout.InfiniteTimeSpan"/>: for ever; null: 60 s, and
    /// longer where podsd waits for something itself. What is followed goes on as long as there is something to follow.
    /// </param>
    public PodsClient(string socketPath, TimeSpan? patience = null)
    {
        (_socketPath, _patience) = (socketPath, patience);
        SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancel) => await ConnectAsync(cancel) };
        _invoker = new(handler);
    }

    public void Dispose() => _invoker.Dispose();

    /// <summary>Null when there is no such pod.</summary>
    public Task<Pod?> FindPodAsync(string space, string name, CancellationToken cancel) =>
        FindAsync(PodPath(space, name), KubernetesJson.Default.Pod, cancel);

    /// <summary>Null when there is nothing of that name.</summary>
    public async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) where T : class
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, cancel);
        return answer.StatusCode == System.Net.HttpStatusCode.NotFound ? null : await ReadAsync(answer, type, cancel);
    }

    public Task<Pod> GetPodAsync(string space, string name, CancellationToken cancel) =>
        GetAsync(PodPath(space, name), KubernetesJson.Default.Pod, cancel);

    public Task<PodList> ListPodsAsync(PodQuery query, CancellationToken cancel) =>
        GetAsync(query.Path(), KubernetesJson.Default.PodList, cancel);

    /// <summary>Every change after <paramref name="resourceVersion"/>, until cancelled or podsd ends the watch.</summary>
    public IAsyncEnumerable<WatchEvent> WatchPodsAsync(PodQuery query, string? resourceVersion, CancellationToken cancel) =>
        WatchAsync(query.Path(watch: true, resourceVersion), cancel);

    /// <param name="path">With watch=true.</param>
    /// <param name="cancel">The end of it.</param>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, cancel);
        await ExpectSuccessAsync(answer, cancel);
        using StreamReader lines = new(await answer.Content.ReadAsStreamAsync(cancel));
        while (await lines.ReadLineAsync(cancel) is { } line)
            if (line.Length > 0)
                yield return JsonSerializer.Deserialize(line, KubernetesJson.Default.WatchEvent)!;
    }

    public Task<Pod> CreatePodAsync(string space, Pod pod, CancellationToken cancel) =>
        SendPodAsync(HttpMethod.Post, PodsPath(space), pod, Usual, cancel);

    /// <param name="space">Its namespace.</param>
    /// <param name="name">Its name.</param>
    /// <param name="pod">What it shall be.</param>
    /// <param name="usual">How long that takes at most: images are pulled, and a pod that cannot be changed in place ends first.</param>
    /// <param name="cancel">Once the old one ends the new one comes, whoever waits for it.</param>
    public Task<Pod> ReplacePodAsync(string space, string name, Pod pod, TimeSpan usual, CancellationToken cancel) =>
        SendPodAsync(HttpMethod.Put, PodPath(space, name), pod, usual, cancel);

    public async Task DeletePodAsync(string space, string name, long? graceSeconds, CancellationToken cancel)
    {
        DeleteOptions options = new() { Kind = "DeleteOptions", ApiVersion = "v1", GracePeriodSeconds = graceSeconds };
        using HttpContent body = Json(options, KubernetesJson.Default.DeleteOptions);
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, PodPath(space, name), body, cancel);
        await ExpectSuccessAsync(answer, cancel);
    }

    /// <summary>The answer as a stream, which stays open while a log is followed or a pull goes on.</summary>
    public async Task<Stream> OpenAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancel)
    {
        HttpResponseMessage answer = await SendAsync(method, path, body, cancel);
        await ExpectSuccessAsync(answer, cancel);
        return await answer.Content.ReadAsStreamAsync(cancel);
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, cancel);
        return await ReadAsync(answer, type, cancel);
    }

    /// <param name="path">Of the API.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="type">Of the answer.</param>
    /// <param name="cancel">The user has gone.</param>
    /// <param name="usual">How long podsd may take for it, where that is more than a minute.</param>
    public async Task<T> PostAsync<T>(string path, HttpContent body, JsonTypeInfo<T> type, CancellationToken cancel, TimeSpan? usual = null)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, path, body, cancel, usual);
        return await ReadAsync(answer, type, cancel);
    }

    public async Task<T> PutAsync<T>(string path, HttpContent body, JsonTypeInfo<T> type, CancellationToken cancel, TimeSpan? usual = null)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Put, path, body, cancel, usual);
        return await ReadAsync(answer, type, cancel);
    }

    public async Task DeleteAsync(string path, CancellationToken cancel, TimeSpan? usual = null)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, path, null, cancel, usual);
        await ExpectSuccessAsync(answer, cancel);
    }

    /// <summary>A connection that has left HTTP behind and speaks WebSocket with the given subprotocol.</summary>
    public async Task<Stream> UpgradeAsync(string path, string protocol, CancellationToken cancel)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "http://podsd" + path);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        request.Headers.Add("Sec-WebSocket-Protocol", protocol);
        HttpResponseMessage answer = await SendAsync(request, cancel);
        if (answer.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
            return await answer.Content.ReadAsStreamAsync(cancel);
        await ExpectSuccessAsync(answer, cancel);
        throw new CliException($"podsd answered {(int)answer.StatusCode} where it should change to {protocol}");
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancel)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            // .NET has no name for ENOENT on connect and would show a misleading one.
            string why = File.Exists(_socketPath) || e.SocketErrorCode == SocketError.AccessDenied
                ? e.Message.ToLowerInvariant() : "no such file";
            string hint = e.SocketErrorCode == SocketError.AccessDenied
                ? "are you root, or in the group pods?" : "is podsd running? (systemctl status podsd)";
            throw new CliException($"cannot connect to podsd at {_socketPath}: {why}: {hint}");
        }
    }

    public static string PodsPath(string space) => $"/api/v1/namespaces/{Uri.EscapeDataString(space)}/pods";

    public static string PodPath(string space, string name) => $"{PodsPath(space)}/{Uri.EscapeDataString(name)}";

    /// <summary>For what Kubernetes has no request for.</summary>
    public static string OwnPodPath(string space, string name) =>
        $"/pods/v1/namespaces/{Uri.EscapeDataString(space)}/pods/{Uri.EscapeDataString(name)}";

    public static string ObjectsPath(SupportingKind kind, string? space) => space is null
        ? "/api/v1/" + kind.Plural : $"/api/v1/namespaces/{Uri.EscapeDataString(space)}/{kind.Plural}";

    public static string ObjectPath(SupportingKind kind, string space, string name) =>
        $"{ObjectsPath(kind, space)}/{Uri.EscapeDataString(name)}";

    public static HttpContent Json<T>(T value, JsonTypeInfo<T> type) =>
        new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };

    private async Task ExpectSuccessAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (!answer.IsSuccessStatusCode)
            throw ServerErrors.ToException((int)answer.StatusCode, await ReadAsync(answer, cancel));
    }

    private async Task<Pod> SendPodAsync(HttpMethod method, string path, Pod pod, TimeSpan usual, CancellationToken cancel)
    {
        using HttpContent body = Json(pod, KubernetesJson.Default.Pod);
        using HttpResponseMessage answer = await SendAsync(method, path, body, cancel, usual);
        return await ReadAsync(answer, KubernetesJson.Default.Pod, cancel);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, CancellationToken cancel, TimeSpan? usual = null) =>
        SendAsync(new(method, "http://podsd" + path) { Content = body }, cancel, usual);

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel, TimeSpan? usual = null)
    {
        try
        {
            string what = $"{request.Method} {request.RequestUri!.AbsolutePath}";
            return await WithinAsync(_patience ?? usual ?? Usual, what, limit => _invoker.SendAsync(request, limit), cancel);
        }
        catch (HttpRequestException e) when (e.InnerException is CliException told)
        {
            throw told;
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"request to podsd at {_socketPath}: {e.Message.ToLowerInvariant()}");
        }
    }

    private async Task<T> WithinAsync<T>(TimeSpan patience, string what, Func<CancellationToken, Task<T>> act, CancellationToken cancel)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            return await act(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CliException($"error: timed out after {Durations.Show(patience)} waiting for podsd at {_socketPath} to answer {what}: "
                + "is it stopped or overloaded? (systemctl status podsd)");
        }
    }

    private Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancel) =>
        WithinAsync(_patience ?? Usual, "in full", limit => answer.Content.ReadAsByteArrayAsync(limit), cancel);

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        await ExpectSuccessAsync(answer, cancel);
        byte[] body = await ReadAsync(answer, cancel);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            string shown = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)));
            throw new CliException($"podsd answered what is no {type.Type.Name}: {e.Message}: {shown}");
        }
    }
}
