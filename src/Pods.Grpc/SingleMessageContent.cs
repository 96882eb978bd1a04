using System.Net;

namespace Pods.Grpc;

/// <summary>The one message of a unary or server-streaming call.</summary>
internal sealed class SingleMessageContent(byte[] frame) : RequestContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(frame, cancellationToken).AsTask();
}
