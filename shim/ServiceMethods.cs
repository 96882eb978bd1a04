using Google.Protobuf;
using Grpc.Core;

namespace Pods.Shim;

/// <summary>
/// The methods of a service by their names on the wire. Written out, since binding them by generated code, with generic virtual
/// methods, costs each shim 0.1 MB of types that the runtime builds.
/// </summary>
internal abstract class ServiceMethods
{
    protected abstract HashSet<string> Names { get; }

    /// <summary>Null for a name that is no method's.</summary>
    public Task<ByteString>? TryServe(string method, ByteString payload, ServerCallContext call) =>
        Names.Contains(method) ? ServeAsync(method, payload, call) : null;

    /// <param name="method">One of the names.</param>
    /// <param name="payload">Its request.</param>
    /// <param name="call">The call.</param>
    protected abstract Task<IMessage> AnswerAsync(string method, ByteString payload, ServerCallContext call);

    private async Task<ByteString> ServeAsync(string method, ByteString payload, ServerCallContext call) =>
        (await AnswerAsync(method, payload, call)).ToByteString();
}
