using System.Net.Sockets;
using Containerd.Ttrpc;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>
/// A client's connection. Calls run concurrently; the first failure of the connection is the reason that every call hears.
/// Connecting again is the caller's matter.
/// </summary>
public sealed class TtrpcChannel : IAsyncDisposable
{
    private readonly FrameStream _frames;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _receiving;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, TaskCompletionSource<Response>> _waiting = [];   // guarded by _gate
    private Exception? _closeReason;   // guarded by _gate
    private uint _nextStream = 1;   // taken under the frame stream's write lock

    private TtrpcChannel(Stream stream)
    {
        _frames = new FrameStream(stream);
        _receiving = ReceiveAsync();
    }

    /// <summary>Whether the connection is finished.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _closeReason is not null;
        }
    }

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<TtrpcChannel> ConnectAsync(string path, CancellationToken cancel)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return Over(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static TtrpcChannel Over(Stream stream) => new(stream);

    /// <summary>What generated clients are made of.</summary>
    public CallInvoker CreateCallInvoker() => new TtrpcCallInvoker(this);

    /// <summary>A call without a generated client, which costs less memory; <see cref="TtrpcService"/> says why.</summary>
    /// <param name="method">/service/method</param>
    /// <exception cref="RpcException">It failed, wherever.</exception>
    public Task<ByteString> CallAsync(string method, ByteString request, CallOptions options) =>
        TtrpcCall.RunAsync(this, method, request, options, options.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Close(new TtrpcException("channel disposed"));
        await _receiving;
        _stop.Dispose();
    }

    /// <summary>Sends a request and waits for its answer, the cancellation or the end of the connection.</summary>
    internal async Task<Response> CallAsync(Request request, CancellationToken cancel)
    {
        TaskCompletionSource<Response> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        uint stream = 0;
        try
        {
            // Registered before the frame leaves: the answer may arrive before the write returns. A peer that does not read
            // holds up the write, which cannot be cut, but not the caller.
            await _frames.WriteNextAsync(() => stream = Register(answer), FrameType.Request, request, cancel).WaitAsync(cancel);
            return await answer.Task.WaitAsync(cancel);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Close(new TtrpcException($"connection lost: {e.Message}", e));
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(stream);
                answer.TrySetCanceled();
            }
        }
    }

    private uint Register(TaskCompletionSource<Response> answer)
    {
        lock (_gate)
        {
            if (_closeReason is not null)
                throw _closeReason;
            // Its caller left between the queue for the write lock and here: nobody would remove the entry.
            if (answer.Task.IsCompleted)
                throw new OperationCanceledException();
            uint stream = _nextStream;
            _nextStream += 2;
            _waiting.Add(stream, answer);
            return stream;
        }
    }

    private async Task ReceiveAsync()
    {
        await Task.Yield();
        try
        {
            while (await _frames.ReadHeaderAsync(_stop.Token) is { } header)
            {
                byte[] payload = await _frames.ReadPayloadAsync(header, _stop.Token);
                if (header.Type == FrameType.Response)
                    Deliver(header.StreamId, Response.Parser.ParseFrom(payload));
            }
            Close(new TtrpcException("connection closed by the server"));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Close(new TtrpcException($"connection lost: {e.Message}", e));
        }
        catch (Exception e) when (e is TtrpcException or InvalidProtocolBufferException)
        {
            Close(new TtrpcException($"server broke the protocol: {e.Message}", e));
        }
        await _frames.DisposeAsync();
    }

    private void Deliver(uint stream, Response response)
    {
        TaskCompletionSource<Response>? answer;
        // An answer that nobody waits for any more was cancelled by its caller.
        lock (_gate)
            _waiting.Remove(stream, out answer);
        answer?.TrySetResult(response);
    }

    private Exception Close(TtrpcException reason)
    {
        TaskCompletionSource<Response>[] waiting;
        lock (_gate)
        {
            if (_closeReason is not null)
                return _closeReason;
            _closeReason = reason;
            waiting = [.. _waiting.Values];
            _waiting.Clear();
        }
        foreach (TaskCompletionSource<Response> answer in waiting)
            answer.TrySetException(reason);
        _stop.Cancel();
        return reason;
    }
}
