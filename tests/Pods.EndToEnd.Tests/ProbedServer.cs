using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Pods.TestKit;

namespace Pods.EndToEnd.Tests;

/// <summary>One question that a probe or a hook has asked.</summary>
public sealed record ProbeQuestion(DateTimeOffset At, string Scheme, string Path, string Host, string Agent, string? Header);

/// <summary>
/// What probes ask, in the process of the test: https with a certificate that nobody vouches for, and gRPC's health service
/// without TLS. It listens on every address, so that a pod in the machine's network is asked as if it were its own.
/// </summary>
public sealed class ProbedServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<ProbeQuestion> _questions = new();
    private readonly ConcurrentDictionary<string, int> _checks = new();
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate = SelfSigned();

    private ProbedServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(HttpsPort, listen => listen.UseHttps(_certificate));
            kestrel.ListenAnyIP(GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public int HttpsPort { get; } = FreePort.Find();
    public int GrpcPort { get; } = FreePort.Find();
    /// <summary>The status of the answer to a path's n-th question, from 0 on.</summary>
    public Func<string, int, int> Status { get; set; } = (_, _) => 200;

    public static async Task<ProbedServer> StartAsync()
    {
        ProbedServer server = new();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>SERVING (1) or NOT_SERVING (2) to the n-th check of a service, from 0 on; null for one that is unknown.</summary>
    public Func<string, int, int?> Health { get; set; } = (_, _) => null;

    public IReadOnlyList<ProbeQuestion> Questions(string path) => [.. _questions.Where(q => q.Path == path)];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string path = request.Path;
        int before = Questions(path).Count;
        _questions.Enqueue(new(
            DateTimeOffset.UtcNow, request.Scheme, path, request.Host.Value ?? "", request.Headers.UserAgent.ToString(), request.Headers["X-Probe"]));
        if (path == "/grpc.health.v1.Health/Check")
            await AnswerHealthAsync(context);
        else if (Status(path, before) is var status and > 0)
            context.Response.StatusCode = status;
        else
            // Never: the probe gives up, and the connection with it.
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>A frame is a byte, a length of four and the message: field 1 is the service's name, and in the answer its status.</summary>
    private async Task AnswerHealthAsync(HttpContext context)
    {
        MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        byte[] message = body.ToArray()[5..];
        string service = message.Length > 2 ? Encoding.UTF8.GetString(message[2..]) : "";
        int? status = Health(service, _checks.AddOrUpdate(service, 0, (_, before) => before + 1));
        context.Response.ContentType = "application/grpc";
        if (status is { } known)
            await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, (byte)known });
        context.Response.AppendTrailer("grpc-status", status is null ? "5" : "0");
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create();
        CertificateRequest request = new("CN=nobody.invalid", key, HashAlgorithmName.SHA256);
        // Over since yesterday: that is not looked at either.
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
