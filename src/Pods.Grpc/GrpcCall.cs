using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;

namespace Pods.Grpc;

/// <summary>
/// One call of any kind, from its request's headers to its status. Its messages are read one after another;
/// the first outcome is the call's, and everybody who comes later hears it.
/// </summary>
internal sealed class GrpcCall<TResponse> : IDisposable where TResponse : class
{
    private readonly GrpcChannel _channel;
    private readonly Marshaller<TResponse> _marshaller;
    private readonly RequestContent _content;
    private readonly CallLifetime _lifetime;
    private readonly Task<HttpResponseMessage> _response;
    private readonly SemaphoreSlim _reading = new(1, 1);   // held by whoever reads the body: the client, or a writer who drains it
    private readonly TaskCompletionSource<Status> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private HttpResponseMessage? _held;   // guarded by _gate; until the outcome is known

    public GrpcCall(GrpcChannel channel, IMethod method, Marshaller<TResponse> marshaller, CallOptions options, RequestContent content)
    {
        _channel = channel;
        _marshaller = marshaller;
        _content = content;
        Name = method.FullName;
        _lifetime = new(options, channel.Closed);
        _response = StartAsync(options);
        Headers = ReadHeadersAsync();
        // Whoever asks for nothing but the messages hears of a failure there: here it counts as heard.
        Headers.ContinueWith(static headers => headers.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public string Name { get; }
    public Task<Metadata> Headers { get; }
    public CancellationToken Stopping => _lifetime.Token;
    public Metadata Trailers { get; private set; } = Metadata.Empty;   // written before _outcome is set, read after

    public CancellationTokenRegistration CancelWith(CancellationToken cancel) =>
        cancel.UnsafeRegister(static lifetime => ((CallLifetime)lifetime!).Cancel(), _lifetime);

    public Status GetStatus() => _outcome.Task.IsCompleted ? _outcome.Task.Result : throw Unfinished();

    public Metadata GetTrailers() => _outcome.Task.IsCompleted ? Trailers : throw Unfinished();

    /// <summary>The one answer of a call whose server does not stream.</summary>
    public async Task<TResponse> OnlyAsync()
    {
        TResponse? answer = await NextAsync();
        if (answer is null)
            throw new RpcException(new Status(StatusCode.Internal, $"{Name}: status OK without an answer"));
        if (await NextAsync() is not null)
            throw Failed(new Status(StatusCode.Internal, $"{Name}: more than one answer"));
        return answer;
    }

    /// <summary>Null when the server has ended the call with OK; any other end is thrown.</summary>
    public async Task<TResponse?> NextAsync()
    {
        HttpResponseMessage response = await _response;
        await _reading.WaitAsync();
        try
        {
            if (_outcome.Task.IsCompleted)
                return AtEnd(_outcome.Task.Result);
            Stream body = await response.Content.ReadAsStreamAsync(Stopping);
            byte[]? message = await GrpcFrame.ReadAsync(body, _channel.Options.MaxReceiveMessageSize, Stopping);
            return message is null ? AtEnd(Ended(response)) : Payload.Deserialize(_marshaller, message);
        }
        catch (RpcException e) when (!_outcome.Task.IsCompleted)
        {
            throw Failed(new Status(e.StatusCode, $"{Name}: {e.Status.Detail}"));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Failed(new Status(StatusCode.Internal, $"answer of {Name}: {e.Message}", e));
        }
        catch (Exception e) when (CallFailure.IsExpected(e))
        {
            throw Failed(CallFailure.Of(e, _lifetime, Name, _channel.Target));
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>How the call ended. For a writer whose stream the server has cut: answers that nobody has read yet are dropped.</summary>
    public async Task<Status> DrainAsync()
    {
        try
        {
            while (await NextAsync() is not null)
            {
            }
        }
        catch (RpcException)
        {
            // The outcome says it.
        }
        return await _outcome.Task;
    }

    public void Dispose()
    {
        _lifetime.Cancel();
        // A call that nobody reads would not notice.
        Finish(_lifetime.Reason(Name), Metadata.Empty);
    }

    private async Task<HttpResponseMessage> StartAsync(CallOptions options)
    {
        // TE tells proxies that the trailers are wanted; servers refuse calls without it.
        HttpRequestMessage request = new(HttpMethod.Post, $"http://localhost{Name}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _content,
            Headers = { TE = { new TransferCodingWithQualityHeaderValue("trailers") } },
        };
        try
        {
            request.Headers.Add("grpc-accept-encoding", "identity");
            MetadataHeaders.Write(_channel.Options, options.Headers, request.Headers);
            if (_lifetime.Remaining is { } remaining)
                request.Headers.Add("grpc-timeout", GrpcTimeout.Format(remaining));
            Stopping.ThrowIfCancellationRequested();
            HttpResponseMessage response = await _channel.SendAsync(request, Stopping);
            Hold(response);
            string contentType = response.Content.Headers.ContentType?.MediaType ?? "";
            // A call without answers has its status, the "trailers", right in the headers.
            if (GrpcStatus.In(response.Headers.NonValidated) is { } status)
                Finish(status, MetadataHeaders.Read(response.Headers.NonValidated));
            else if (response.StatusCode != HttpStatusCode.OK || !contentType.StartsWith("application/grpc", StringComparison.Ordinal))
                Finish(GrpcStatus.OfHttp(response.StatusCode, contentType), Metadata.Empty);
            return response;
        }
        catch (RpcException e)
        {
            throw Failed(e.Status);
        }
        catch (Exception e) when (CallFailure.IsExpected(e))
        {
            throw Failed(CallFailure.Of(e, _lifetime, Name, _channel.Target));
        }
    }

    private async Task<Metadata> ReadHeadersAsync() => MetadataHeaders.Read((await _response).Headers.NonValidated);

    private Status Ended(HttpResponseMessage response)
    {
        Status status = GrpcStatus.In(response.TrailingHeaders.NonValidated)
            ?? new Status(StatusCode.Unknown, $"{Name}: the answer ended without a status");
        return Finish(status, MetadataHeaders.Read(response.TrailingHeaders.NonValidated));
    }

    private TResponse? AtEnd(Status status) => status.StatusCode == StatusCode.OK ? null : throw new RpcException(status, Trailers);

    private RpcException Failed(Status status) => new(Finish(status, Metadata.Empty), Trailers);

    private void Hold(HttpResponseMessage response)
    {
        lock (_gate)
        {
            if (!_outcome.Task.IsCompleted)
            {
                _held = response;
                return;
            }
        }
        response.Dispose();
    }

    /// <summary>Keeps the first outcome, returns it, and lets go of everything that the call held.</summary>
    private Status Finish(Status status, Metadata trailers)
    {
        lock (_gate)
        {
            if (_outcome.Task.IsCompleted)
                return _outcome.Task.Result;
            Trailers = trailers;
            _outcome.SetResult(status);
        }
        (_content as StreamedContent)?.Complete();
        // Resets the stream if the server has not ended it.
        _held?.Dispose();
        _lifetime.End();
        return status;
    }

    private InvalidOperationException Unfinished() => new($"{Name}: the call has not ended");
}
