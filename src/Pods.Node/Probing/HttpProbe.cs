using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Pods.Manifests;

namespace Pods.Node;

/// <summary>
/// GET requests for probes and hooks. Each has its own connection, closed after the answer: a probe must find a server that
/// takes no new ones, and a hundred pods must not hold a hundred sockets between their probes.
/// </summary>
internal sealed class HttpProbe : IDisposable
{
    private const int MaxRedirects = 10;

    // A lifetime of zero keeps no connection and no timer to look for old ones.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.Zero,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        MaxResponseDrainSize = 10 << 10,
        SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    });

    public async Task<ProbeAnswer> AskAsync(ProbeTarget target, HttpGetAction action, CancellationToken cancel)
    {
        if (target.Resolve(action.Port) is not { } port)
            return new(false, $"container has no port named \"{action.Port}\"", WasAnswered: false);
        Uri first = AddressOf(target, action, port), current = first;
        try
        {
            for (int hops = 0; ; hops++)
            {
                using HttpRequestMessage request = Request(current, action.HttpHeaders ?? [], isFirst: hops == 0);
                using HttpResponseMessage response = await _http.SendAsync(request, cancel);
                int status = (int)response.StatusCode;
                // Another host is not the container: that it sends there is answer enough.
                if (Next(response, current) is { } next && next.Host == first.Host)
                {
                    if (hops == MaxRedirects)
                        return new(false, $"Get \"{first}\": stopped after {MaxRedirects} redirects");
                    current = next;
                }
                else
                    return status is >= 200 and < 400 ? ProbeAnswer.Good : new(false, $"HTTP probe failed with statuscode: {status}");
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(false, $"Get \"{current}\": {Cause(e)}", WasAnswered: false);
        }
    }

    public void Dispose() => _http.Dispose();

    internal static Uri AddressOf(ProbeTarget target, HttpGetAction action, int port)
    {
        string host = string.IsNullOrEmpty(action.Host) ? target.Host : action.Host;
        string path = action.Path ?? "/";
        string shown = host.Contains(':') && host[0] != '[' ? $"[{host}]" : host;
        return new Uri($"{(action.Scheme ?? "HTTP").ToLowerInvariant()}://{shown}:{port}{(path.StartsWith('/') ? "" : "/")}{path}");
    }

    private static Uri? Next(HttpResponseMessage response, Uri current) =>
        response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect && response.Headers.Location is { } location
            ? new Uri(current, location) : null;

    private static HttpRequestMessage Request(Uri address, IReadOnlyList<HttpHeader> headers, bool isFirst)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.ConnectionClose = true;
        foreach (HttpHeader header in headers)
            // The Host header is meant for the address that was asked first.
            if (!header.Name!.Equals("Host", StringComparison.OrdinalIgnoreCase))
                Add(request, header);
            else if (isFirst)
                request.Headers.Host = header.Value;
        // What servers take apart probes by; whoever sets a header of that name, be it to nothing, has the last word.
        if (!headers.Any(h => h.Name!.Equals("User-Agent", StringComparison.OrdinalIgnoreCase)))
            request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/pods");
        if (!headers.Any(h => h.Name!.Equals("Accept", StringComparison.OrdinalIgnoreCase)))
            request.Headers.TryAddWithoutValidation("Accept", "*/*");
        return request;
    }

    private static void Add(HttpRequestMessage request, HttpHeader header)
    {
        if (string.IsNullOrEmpty(header.Value) || request.Headers.TryAddWithoutValidation(header.Name!, header.Value))
            return;
        // Content-Type and its like belong to a body for the class library.
        request.Content ??= new ByteArrayContent([]);
        request.Content.Headers.TryAddWithoutValidation(header.Name!, header.Value);
    }

    private static string Cause(Exception e)
    {
        for (Exception? at = e; at is not null; at = at.InnerException)
            if (at is SocketException socket)
                return TcpProbe.Describe(socket.SocketErrorCode);
            else if (at is AuthenticationException)
                return "the TLS handshake failed";
        return e is HttpRequestException http ? http.HttpRequestError.ToString() : e.Message;
    }
}
