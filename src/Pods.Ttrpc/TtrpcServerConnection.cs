using Containerd.Ttrpc;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>
/// One peer: a read loop that starts a call per request frame, and calls that write their answer when they have it, in any order.
/// A call leaves nothing behind, however it ends.
/// </summary>
internal sealed class TtrpcServerConnection(
    FrameStream frames, TtrpcServiceBinder services, Func<Exception, Status> translate, Action worked)
{
    // Answers that a peer does not fetch pile up in memory: at this many, its requests are no longer read.
    private const int MaxUnsentAnswers = 128;

    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _unsent = new(MaxUnsentAnswers, MaxUnsentAnswers);
    // One for the read loop, one for each call; at zero everything of this connection has ended.
    private int _active = 1;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _lastStream;

    public async Task RunAsync(CancellationToken stopping)
    {
        using (stopping.UnsafeRegister(static closed => ((CancellationTokenSource)closed!).Cancel(), _closed))
        {
            try
            {
                while (await frames.ReadHeaderAsync(_closed.Token) is { } header)
                    await ReceiveAsync(header);
            }
            catch (Exception e) when (IsEndOfConnection(e))
            {
                // The peer is gone, or sent what cannot be followed: this connection is over, the others are not concerned.
            }
            _closed.Cancel();
            // Closing first: an answer that is stuck in a full socket gives up, so that its call ends.
            await frames.DisposeAsync();
            EndOne();
            await _ended.Task;
        }
        _closed.Dispose();
    }

    private async ValueTask ReceiveAsync(FrameHeader header)
    {
        if (header.Type != FrameType.Request || header.IsOversize)
        {
            await frames.SkipPayloadAsync(header, _closed.Token);
            // Other types belong to streams that we never opened, or to a later protocol: they are ignored.
            if (header.Type == FrameType.Request)
                Answer(header.StreamId, new Status(StatusCode.ResourceExhausted,
                    $"message of {header.Length} bytes, allowed: {FrameHeader.MaxPayload}"));
            return;
        }
        byte[] payload = await frames.ReadPayloadAsync(header, _closed.Token);
        if (header.StreamId % 2 == 0 || header.StreamId <= _lastStream)
        {
            Answer(header.StreamId, new Status(StatusCode.InvalidArgument,
                $"stream id {header.StreamId}: must be odd and greater than {_lastStream}"));
            return;
        }
        _lastStream = header.StreamId;
        try
        {
            Begin(ServeAsync(header.StreamId, Request.Parser.ParseFrom(payload)));
        }
        catch (InvalidProtocolBufferException e)
        {
            Answer(header.StreamId, new Status(StatusCode.InvalidArgument, $"request is no message: {e.Message}"));
        }
        // Waits here, and so stops reading, only while the peer leaves too many answers unread.
        await _unsent.WaitAsync(_closed.Token);
        _unsent.Release();
    }

    private void Answer(uint stream, Status status) => Begin(SendAsync(stream, Failure(status)));

    private void Begin(Task call)
    {
        Interlocked.Increment(ref _active);
        call.ContinueWith(static (_, self) => ((TtrpcServerConnection)self!).EndOne(), this,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void EndOne()
    {
        worked();
        if (Interlocked.Decrement(ref _active) == 0)
            _ended.TrySetResult();
    }

    private async Task ServeAsync(uint stream, Request request)
    {
        // The read loop goes on at once, whatever the handler does before its first await.
        await Task.Yield();
        Response response;
        TtrpcServerCallContext context;
        using (CallDeadline deadline = CallDeadline.Start(request.TimeoutNano, _closed.Token))
        {
            context = new(request, deadline.Time, deadline.Token);
            response = await InvokeAsync(request, context, deadline);
        }
        await SendAsync(stream, response);
        context.IsAnswered();
    }

    private async Task<Response> InvokeAsync(Request request, TtrpcServerCallContext context, CallDeadline deadline)
    {
        try
        {
            return services.TryServe(request.Service, request.Method, request.Payload, context) is { } answer
                ? new Response { Payload = await answer }
                : Failure(new Status(StatusCode.Unimplemented, $"unknown method /{request.Service}/{request.Method}"));
        }
        catch (RpcException e)
        {
            return Failure(e.Status);
        }
        catch (OperationCanceledException) when (deadline.Token.IsCancellationRequested)
        {
            return Failure(_closed.IsCancellationRequested
                ? new Status(StatusCode.Cancelled, "connection closed")
                : new Status(StatusCode.DeadlineExceeded, $"deadline exceeded: /{request.Service}/{request.Method}"));
        }
        catch (Exception e)
        {
            return Failure(translate(e));
        }
    }

    private async Task SendAsync(uint stream, Response response)
    {
        int size = response.CalculateSize();
        if (size > FrameHeader.MaxPayload)
            response = Failure(new Status(StatusCode.ResourceExhausted, $"answer of {size} bytes, allowed: {FrameHeader.MaxPayload}"));
        try
        {
            await _unsent.WaitAsync(_closed.Token);
            try
            {
                await frames.WriteAsync(stream, FrameType.Response, response, _closed.Token);
            }
            finally
            {
                _unsent.Release();
            }
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
            // Nobody is left to hear the answer; the read loop ends on the same fact.
        }
    }

    private static Response Failure(Status status) =>
        new() { Status = new Google.Rpc.Status { Code = (int)status.StatusCode, Message = status.Detail ?? "" } };

    private static bool IsEndOfConnection(Exception e) =>
        e is IOException or TtrpcException or OperationCanceledException or ObjectDisposedException;
}
