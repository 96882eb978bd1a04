using System.Net;
using System.Net.Http.Headers;

namespace Pods.Images;

/// <summary>
/// One endpoint during one pull: sends requests, logs in when asked to, follows redirects, tries again where that helps. What
/// it returns has succeeded; what it throws is the sentence for the user, without the image's name.
/// </summary>
internal sealed class RegistryServer : IDisposable
{
    private const int MaximumRedirects = 10;
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromMinutes(1);

    private readonly HttpMessageInvoker _http;
    private readonly RegistryLogin _login;
    private readonly Queue<RegistryCredential?> _untried;
    private readonly SemaphoreSlim _loggingIn = new(1);
    private readonly TimeProvider _time;
    private readonly bool _hasCredentials;
    private readonly int _maximumLogins;
    private readonly string _path;
    private AuthenticationHeaderValue? _authorization;     // replaced under _loggingIn
    private RegistryCredential? _current;                   // guarded by _loggingIn
    private volatile bool _isLetIn;

    public RegistryServer(RegistryEndpoint endpoint, string repositoryPath, IReadOnlyList<RegistryCredential> credentials, TimeProvider time)
    {
        Endpoint = endpoint;
        _path = repositoryPath;
        _time = time;
        _http = RegistryConnection.Open(endpoint);
        _login = new(_http, endpoint, repositoryPath);
        _hasCredentials = credentials.Count > 0;
        _maximumLogins = credentials.Count + 2;
        // Nobody's name comes last: a public image needs none, even where ours is wrong.
        _untried = new([.. credentials, null]);
    }

    public RegistryEndpoint Endpoint { get; }

    public string Host => Endpoint.Host;

    /// <summary>The answer's body is still to be read, and the answer to be disposed.</summary>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest wanted, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            // A HEAD only saves a GET: the GET that follows it is the one to be stubborn.
            bool isLast = attempt == RetryPolicy.Attempts - 1 || wanted.Method == HttpMethod.Head;
            HttpResponseMessage response;
            try
            {
                response = await SendWithLoginAsync(wanted, cancel);
            }
            catch (HttpRequestException e) when (!isLast && e.HttpRequestError is HttpRequestError.ResponseEnded)
            {
                await Task.Delay(RetryPolicy.Backoff(attempt), _time, cancel);
                continue;
            }
            catch (HttpRequestException e)
            {
                throw RegistryFailure.Of(Host, e);
            }
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                TimeSpan wait = RetryPolicy.Asked(response.Headers.RetryAfter, _time.GetUtcNow()) ?? RetryPolicy.Backoff(attempt);
                if (isLast || !RetryPolicy.IsTransient(response.StatusCode) || wait > RetryPolicy.LongestWait)
                    throw await RegistryFailure.OfAsync(Endpoint, response, _hasCredentials, wait, cancel);
                await Task.Delay(wait, _time, cancel);
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _loggingIn.Dispose();
    }

    private async Task<HttpResponseMessage> SendWithLoginAsync(RegistryRequest wanted, CancellationToken cancel)
    {
        for (int logins = 0; ; logins++)
        {
            AuthenticationHeaderValue? used = _authorization;
            HttpResponseMessage response = await FollowAsync(wanted, used, cancel);
            if (response.StatusCode is not HttpStatusCode.Unauthorized)
                return response;
            // A registry that gives tokens and then refuses each of them is not asked forever.
            if (logins > _maximumLogins || !await LogInAsync(response.Headers.WwwAuthenticate, used, cancel))
                return response;
            response.Dispose();
        }
    }

    // False: no way to log in is left. Every credential is tried until one is let in; that one is asked once more for a
    // token when the one it has runs out in the middle of a long pull.
    private async Task<bool> LogInAsync(
        HttpHeaderValueCollection<AuthenticationHeaderValue> offered, AuthenticationHeaderValue? refused, CancellationToken cancel)
    {
        await _loggingIn.WaitAsync(cancel);
        try
        {
            if (!ReferenceEquals(_authorization, refused))
                return true;    // another layer's request has logged in meanwhile
            AuthChallenge[] challenges = [.. offered.Select(o => AuthChallenge.Parse(o.Scheme, o.Parameter)).OrderByDescending(c => c.IsBearer)];
            if (_isLetIn && await AnswerAsync(challenges, _current, cancel) is { } renewed && renewed.ToString() != refused?.ToString())
            {
                _authorization = renewed;
                return true;
            }
            while (_untried.TryDequeue(out _current))
            {
                if (await AnswerAsync(challenges, _current, cancel) is { } answer)
                {
                    _authorization = answer;
                    return true;
                }
            }
            return false;
        }
        finally
        {
            _loggingIn.Release();
        }
    }

    private async Task<AuthenticationHeaderValue?> AnswerAsync(AuthChallenge[] challenges, RegistryCredential? credential, CancellationToken cancel)
    {
        foreach (AuthChallenge challenge in challenges)
        {
            if (await _login.AnswerAsync(challenge, credential, cancel) is { } answer)
                return answer;
        }
        return null;
    }

    private async Task<HttpResponseMessage> FollowAsync(RegistryRequest wanted, AuthenticationHeaderValue? authorization, CancellationToken cancel)
    {
        Uri address = wanted.Address(Endpoint, _path);
        for (int hop = 0; hop <= MaximumRedirects; hop++)
        {
            bool isHome = address.Scheme == Endpoint.Root.Scheme && address.Authority == Endpoint.Root.Authority;
            HttpResponseMessage response = await SendOnceAsync(wanted.Message(address, Endpoint, isHome ? authorization : null, isHome), cancel);
            if (isHome && response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
                _isLetIn = true;
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            Uri next = new(address, location);
            if (next.Scheme != "https" && address.Scheme == "https" && !next.IsLoopback)
                throw new ImageException(ImageFailure.BadContent, $"{Host} sends us on to {next.Authority} without TLS: refused");
            address = next;
        }
        throw new ImageException(ImageFailure.BadContent, $"{Host} sends us on more than {MaximumRedirects} times");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        using (CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancel))
        {
            limit.CancelAfter(s_answerLimit);
            try
            {
                return await _http.SendAsync(request, limit.Token);
            }
            catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
            {
                throw new ImageException(
                    ImageFailure.Unreachable, $"{request.RequestUri!.Authority} does not answer within {s_answerLimit.TotalSeconds} s: try again later", e);
            }
        }
    }
}
