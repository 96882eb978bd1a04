using System.Globalization;
using System.Text.RegularExpressions;
using Pods.Daemon.Access;
using Pods.Daemon.Settings;
using Pods.Manifests;
using Pods.Node;

namespace Pods.Daemon.Api;

/// <summary>Requests about who may use the TLS port. Only the unix socket answers them: a certificate makes no other.</summary>
internal sealed partial class AccessRequests(DaemonSettings settings, string hostIp, ApiAccess? access)
{
    private const int LongestDays = 3650;

    public async Task KubeconfigAsync(HttpContext context)
    {
        ApiAccess own = Access(context);
        string user = PodRequests.Query(context, "user") ?? "admin";
        if (!UserName().IsMatch(user))
            throw NodeException.BadRequest($"parameter user: Invalid value: \"{user}\": letters, digits, '-', '_' and '.' only");
        string server = PodRequests.Query(context, "server") ?? DefaultServer();
        if (!Uri.TryCreate(server, UriKind.Absolute, out Uri? url) || url.Scheme != "https" || server.Any(c => c is ' ' or '#' || char.IsControl(c)))
            throw NodeException.BadRequest($"parameter server: Invalid value: \"{server}\": must be like https://host:6443");
        string days = PodRequests.Query(context, "days") ?? "365";
        if (!int.TryParse(days, CultureInfo.InvariantCulture, out int count) || count is < 1 or > LongestDays)
            throw NodeException.BadRequest($"parameter days: Invalid value: \"{days}\": must be 1 to {LongestDays}");
        context.Response.ContentType = "application/yaml";
        await context.Response.WriteAsync(own.Kubeconfig(server, user, TimeSpan.FromDays(count)), context.RequestAborted);
    }

    public async Task RotateAsync(HttpContext context)
    {
        Access(context).Rotate();
        await ApiRoutes.WriteAsync(context, new ApiStatus { Kind = "Status", ApiVersion = "v1", Status = "Success", Code = 200 }, KubernetesJson.Default.ApiStatus);
    }

    private ApiAccess Access(HttpContext context)
    {
        if (!TlsPort.IsLocal(context))
            throw new NodeException(403, "Forbidden", "access is managed on podsd's unix socket only");
        return access ?? throw new NodeException(409, "Conflict", "podsd has no TLS port: set \"listen\" in podsd.yaml, as in \"listen: 0.0.0.0:6443\"");
    }

    private string DefaultServer()
    {
        System.Net.IPEndPoint where = settings.Listen!;
        bool everywhere = where.Address.Equals(System.Net.IPAddress.Any) || where.Address.Equals(System.Net.IPAddress.IPv6Any);
        return $"https://{new System.Net.IPEndPoint(everywhere ? System.Net.IPAddress.Parse(hostIp) : where.Address, where.Port)}";
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    private static partial Regex UserName();
}
