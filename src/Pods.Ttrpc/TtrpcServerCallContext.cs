using Containerd.Ttrpc;
using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>What a handler can ask about the call that it serves.</summary>
internal sealed class TtrpcServerCallContext(Request request, DateTime deadline, CancellationToken cancel) : ServerCallContext
{
    private Metadata? _headers;
    private TaskCompletionSource? _answered;   // few ask for it

    public Task Answered => (_answered ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The handler has ended, so nobody begins to ask any more.</summary>
    public void IsAnswered() => _answered?.TrySetResult();

    protected override string MethodCore => $"/{request.Service}/{request.Method}";
    protected override string HostCore => "";
    protected override string PeerCore => "";
    protected override DateTime DeadlineCore => deadline;
    protected override CancellationToken CancellationTokenCore => cancel;
    protected override Status StatusCore { get; set; }
    protected override Metadata ResponseTrailersCore => Metadata.Empty;   // ttrpc has none
    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override Metadata RequestHeadersCore
    {
        get
        {
            if (_headers is null)
            {
                _headers = [];
                // ttrpc lets a key be any text; one that no header can have must not fail a call that asks for another.
                foreach (KeyValue pair in request.Metadata)
                    if (Metadata.Entry.IsTextKey(pair.Key))
                        _headers.Add(pair.Key, pair.Value);
            }
            return _headers;
        }
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) =>
        throw new NotSupportedException("ttrpc answers have no headers");
}
