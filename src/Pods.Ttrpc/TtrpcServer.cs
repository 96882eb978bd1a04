using System.Net.Sockets;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>Serves generated services to every connection of a listening unix socket; the shim has one.</summary>
public sealed class TtrpcServer
{
    private readonly TtrpcServiceBinder _services = new();
    private readonly Func<Exception, Status> _translate;

    /// <param name="translate">The status of an exception that a handler let out and that is no <see cref="RpcException"/>.</param>
    public TtrpcServer(Func<Exception, Status> translate) => _translate = translate;

    /// <summary>Whether a new connection may speak; a shim refuses peers of another user.</summary>
    public Func<Socket, bool> Accepts { get; init; } = _ => true;

    /// <summary>Called after each call, refusal and connection, on whichever thread ended it.</summary>
    public Action Worked { get; init; } = static () => { };

    /// <summary>Binds a service: <c>server.Add(binder => Task.BindService(binder, implementation))</c>. All before the first connection.</summary>
    public void Add(Action<ServiceBinderBase> bind) => bind(_services);

    /// <summary>Adds a service that needs no binding. All before the first connection.</summary>
    public void Add(string service, TtrpcService methods) => _services.Add(service, methods);

    /// <summary>Accepts until <paramref name="stopping"/> is cancelled, then ends every connection and waits for its calls.</summary>
    public Task ServeAsync(Socket listener, CancellationToken stopping) => ServeAsync(listener, stopping, stopping);

    /// <summary>
    /// Accepts until <paramref name="stopping"/> is cancelled, and serves whoever is connected until they have hung up or
    /// <paramref name="cutting"/> is cancelled. A Go client that meets the answer to its last call and the end of the connection at the
    /// same time takes either for the outcome: it should be the one who hangs up.
    /// </summary>
    public async Task ServeAsync(Socket listener, CancellationToken stopping, CancellationToken cutting)
    {
        ConnectionSet connections = new();
        try
        {
            while (true)
            {
                Socket socket = await AcceptAsync(listener, stopping);
                if (Accepts(socket))
                    connections.Add(ServeConnectionAsync(new NetworkStream(socket, ownsSocket: true), cutting));
                else
                    socket.Dispose();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await connections.AllEnded();
        }
    }

    /// <summary>Serves one peer until it closes, breaks the protocol or <paramref name="stopping"/> is cancelled. Never throws.</summary>
    public Task ServeConnectionAsync(Stream stream, CancellationToken stopping) =>
        new TtrpcServerConnection(new FrameStream(stream), _services, _translate, Worked).RunAsync(stopping);

    private static async Task<Socket> AcceptAsync(Socket listener, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(stopping);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // accept(2): a peer that went away while it waited in the backlog is no fault of the listener.
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                // The peer stays in the backlog: it is served when descriptors are free again.
                await Task.Delay(TimeSpan.FromMilliseconds(100), stopping);
            }
        }
    }
}
