using System.Net;
using System.Net.Http.Headers;

namespace Pods.Grpc;

/// <summary>A request body of gRPC frames. Its length is not announced: it may be a stream without an end.</summary>
internal abstract class RequestContent : HttpContent
{
    protected RequestContent() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

    protected sealed override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);
}

/// <summary>The one message of a unary or server-streaming call.</summary>
internal sealed class SingleMessageContent(byte[] frame) : RequestContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(frame, cancellationToken).AsTask();
}
