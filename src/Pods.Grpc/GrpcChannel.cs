using System.Net;
using System.Net.Sockets;
using Grpc.Core;

namespace Pods.Grpc;

/// <summary>
/// A client of the gRPC server behind one unix socket or one TCP port, without TLS. It connects when a call finds no connection open and tries once:
/// whether and when to call again is the caller's matter.
/// </summary>
public sealed class GrpcChannel : ChannelBase, IAsyncDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly CancellationTokenSource _closed = new();

    private GrpcChannel(EndPoint endPoint, string target, GrpcChannelOptions options) : base(target)
    {
        Options = options;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancel) => ConnectAsync(endPoint, cancel),
            EnableMultipleHttp2Connections = true,
            // The handler looks for idle connections four times per timeout: rarely enough to cost an idle daemon nothing.
            PooledConnectionIdleTimeout = TimeSpan.FromHours(1),
            // Blobs come in messages of up to 16 MiB; 64 KiB, the default, would stop the sender 256 times in each.
            InitialHttp2StreamWindowSize = 1 << 20,
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        });
    }

    internal GrpcChannelOptions Options { get; }

    /// <summary>Fires when the channel is closed: every call ends with it.</summary>
    internal CancellationToken Closed => _closed.Token;

    /// <exception cref="ArgumentException">The path is longer than the 107 bytes that the kernel takes.</exception>
    public static GrpcChannel ForUnixSocket(string path, GrpcChannelOptions? options = null)
    {
        try
        {
            return new(new UnixDomainSocketEndPoint(path), path, options ?? new GrpcChannelOptions());
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ArgumentException($"socket path \"{path}\": {path.Length} characters, at most 107 bytes are possible", nameof(path), e);
        }
    }

    public static GrpcChannel ForTcp(string host, int port, GrpcChannelOptions? options = null) =>
        new(IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port),
            $"{host}:{port}", options ?? new GrpcChannelOptions());

    public override CallInvoker CreateCallInvoker() => new HttpCallInvoker(this);

    public async ValueTask DisposeAsync() => await ShutdownAsync();

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel) => _http.SendAsync(request, cancel);

    protected override async Task ShutdownAsyncCore()
    {
        await _closed.CancelAsync();
        _http.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancel)
    {
        Socket socket = endPoint is UnixDomainSocketEndPoint
            ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
