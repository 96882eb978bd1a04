using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Pods.TestKit;

namespace Pods.Protocol.Tests;

/// <summary>A real HTTP/2 server on a unix socket whose every answer the test writes itself.</summary>
internal sealed class HttpPeer : IAsyncDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly WebApplication _app;

    private HttpPeer(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(Address, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.Run(answer);
    }

    public string Address => _scratch.File("http.sock");

    public static async Task<HttpPeer> StartAsync(RequestDelegate answer)
    {
        HttpPeer peer = new(answer);
        await peer._app.StartAsync();
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        // A handler that waits for its client must not hold up the end of a test.
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _scratch.Dispose();
    }
}
