using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Pods.Daemon.Settings;
using Pods.Node;

namespace Pods.Daemon.Access;

/// <summary>The API on a TCP port: off unless the setting <c>listen</c> says where.</summary>
internal static class TlsPort
{
    public static ApiAccess Open(DaemonSettings settings, string hostIp) => ApiAccess.Open(
        Path.Combine(settings.Node.Root, "access"), settings.Node.NodeName,
        [settings.Node.NodeName, "localhost", "127.0.0.1", "::1", hostIp, .. settings.ListenNames, .. Own(settings.Listen)],
        TimeProvider.System);

    public static void Listen(KestrelServerOptions kestrel, IPEndPoint where, ApiAccess access) =>
        kestrel.Listen(where, port => port.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) => access.ServerCertificate();
            // Judged for every request instead (below): a certificate that is no good any more ends with the request, not with its
            // connection, and kubectl is told in its own words.
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (_, _, _) => true;
        }));

    /// <summary>Who has opened the unix socket is let in by the file's mode; anybody else needs a certificate, whatever is asked.</summary>
    public static Task GuardAsync(HttpContext context, RequestDelegate next, ApiAccess? access) =>
        IsLocal(context) || access?.MayUse(context.Connection.ClientCertificate) == true
            ? next(context)
            : throw new NodeException(401, "Unauthorized", "Unauthorized");

    /// <summary>Whether the request came through the unix socket.</summary>
    public static bool IsLocal(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint is UnixDomainSocketEndPoint;

    private static string[] Own(IPEndPoint? listen) =>
        listen is null || listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any) ? [] : [listen.Address.ToString()];
}
