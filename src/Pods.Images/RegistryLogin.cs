using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pods.Images;

/// <summary>Turns a registry's challenge and a credential into the Authorization header that answers it.</summary>
internal sealed class RegistryLogin(HttpMessageInvoker http, RegistryEndpoint endpoint, string repository)
{
    private const int MaximumAnswer = 1 << 20;

    /// <summary>Null: this credential does not answer that challenge, or the token server refuses it.</summary>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(
        AuthChallenge challenge, RegistryCredential? credential, CancellationToken cancel)
    {
        if (challenge.IsBasic)
            return credential is { User.Length: > 0 } ? Basic(credential) : null;
        if (!challenge.IsBearer)
            return null;
        if (credential is { RegistryToken.Length: > 0 })
            return new("Bearer", credential.RegistryToken);
        return await TokenAsync(challenge, credential, cancel) is { } token ? new("Bearer", token) : null;
    }

    private async Task<string?> TokenAsync(AuthChallenge challenge, RegistryCredential? credential, CancellationToken cancel)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("http" or "https"))
            throw new ImageException(ImageFailure.Unauthorized, $"{endpoint.Host} names \"{challenge["realm"]}\" as its token server, which is no address");
        // A password given to a registry over TLS must not leave in clear because the answer says so.
        if (credential is not null && endpoint.Root.Scheme == "https" && realm.Scheme == "http" && !realm.IsLoopback)
            throw new ImageException(ImageFailure.Unauthorized, $"{endpoint.Host} sends logins to {realm.Host} without TLS: refused");

        using HttpRequestMessage request = Request(realm, challenge, credential);
        using HttpResponseMessage response = await SendAsync(request, realm, cancel);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
            return null;
        if (response.StatusCode is HttpStatusCode.TooManyRequests)
            throw new ImageException(ImageFailure.RateLimited, $"the token server {realm.Authority} limits the rate of logins: try again later");
        if (!response.IsSuccessStatusCode)
            throw new ImageException(ImageFailure.Unreachable, $"the token server {realm.Authority} answers {(int)response.StatusCode}: try again later");
        return await ReadTokenAsync(response, realm, cancel);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Uri realm, CancellationToken cancel)
    {
        try
        {
            return await http.SendAsync(request, cancel);
        }
        catch (HttpRequestException e)
        {
            throw RegistryFailure.Of($"the token server {realm.Authority}", e);
        }
    }

    private HttpRequestMessage Request(Uri realm, AuthChallenge challenge, RegistryCredential? credential)
    {
        string scope = challenge["scope"] ?? $"repository:{repository}:pull";
        string service = challenge["service"] ?? "";
        if (credential is { IdentityToken.Length: > 0 })
        {
            return new(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["client_id"] = "pods",
                    ["service"] = service,
                    ["scope"] = scope,
                    ["refresh_token"] = credential.IdentityToken,
                }),
            };
        }
        StringBuilder query = new(realm.Query.Length > 0 ? realm.Query + "&" : "?");
        query.Append("scope=").Append(Uri.EscapeDataString(scope));
        if (service.Length > 0)
            query.Append("&service=").Append(Uri.EscapeDataString(service));
        HttpRequestMessage request = new(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri);
        if (credential is { User.Length: > 0 })
            request.Headers.Authorization = Basic(credential);
        return request;
    }

    private static async Task<string?> ReadTokenAsync(HttpResponseMessage response, Uri realm, CancellationToken cancel)
    {
        byte[] body = await BoundedBody.ReadAsync(response.Content, MaximumAnswer, cancel);
        try
        {
            TokenAnswer? answer = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenAnswer);
            return answer?.Token is { Length: > 0 } token ? token : answer?.AccessToken;
        }
        catch (JsonException e)
        {
            throw new ImageException(ImageFailure.Unauthorized, $"the token server {realm.Authority} does not answer a token", e);
        }
    }

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Password}")));
}
