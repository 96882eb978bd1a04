using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace Pods.Images;

/// <summary>The one table from what a registry answers, or does not, to the sentence that says what to do.</summary>
internal static class RegistryFailure
{
    private const int MaximumErrorText = 64 * 1024;

    public static async Task<ImageException> OfAsync(
        RegistryEndpoint endpoint, HttpResponseMessage response, bool hasCredentials, TimeSpan wait, CancellationToken cancel)
    {
        string said = await SaidAsync(response, cancel);
        string host = endpoint.Host;
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new(ImageFailure.NotFound, $"{host} has no such image{said}: check the name and the tag"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(ImageFailure.Unauthorized, hasCredentials
                ? $"{host} refuses the login that is configured for it{said}: check the name and password, and that they may pull this image"
                : $"{host} wants a login{said}, and none is configured for it: check the name, or give an imagePullSecret or an auth file"),
            HttpStatusCode.TooManyRequests => new(ImageFailure.RateLimited,
                $"{host} limits the rate of pulls{said}: try again in {Math.Max(1, (long)wait.TotalSeconds)} s, log in for a higher limit, or use a mirror"),
            >= HttpStatusCode.InternalServerError => new(ImageFailure.Unreachable,
                $"{host} answers {(int)response.StatusCode}{said}: try again later"),
            HttpStatusCode.BadRequest when endpoint.Root.Scheme == "http" => new(ImageFailure.Other,
                $"{host} answers 400{said}: if it speaks TLS, say server = \"https://{host}\" in its hosts.toml"),
            _ => new(ImageFailure.Other, $"{host} answers {(int)response.StatusCode}{said}"),
        };
    }

    public static ImageException Of(string host, HttpRequestException e)
    {
        return e switch
        {
            { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } => new(
                ImageFailure.Unreachable,
                $"{host} has no certificate that is trusted here, or no TLS at all ({Innermost(e)}): "
                + "give its authority as ca in its hosts.toml, or allow plain HTTP for it", e),
            { HttpRequestError: HttpRequestError.NameResolutionError } => new(
                ImageFailure.Unreachable, $"{host} is not known to DNS: check the name and the node's resolver", e),
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => new(
                ImageFailure.Unreachable, $"{host} refuses the connection: check that the registry runs and the port is right", e),
            { InnerException: SocketException or TimeoutException or OperationCanceledException } => new(
                ImageFailure.Unreachable, $"{host} cannot be reached ({Innermost(e)}): check the node's network", e),
            _ => new(ImageFailure.Unreachable, $"the connection to {host} broke ({Innermost(e)}): try again later", e),
        };
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null)
            e = e.InnerException;
        return e.Message;
    }

    private static async Task<string> SaidAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            byte[] body = await BoundedBody.ReadAsync(response.Content, MaximumErrorText, cancel);
            RegistryErrors? errors = JsonSerializer.Deserialize(body, RegistryJson.Default.RegistryErrors);
            return errors?.Errors is [{ Message.Length: > 0 } first, ..] ? $" (\"{first.Message}\")" : "";
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException or ImageException)
        {
            // What it says is an addition; the status has been understood without it.
            return "";
        }
    }
}
