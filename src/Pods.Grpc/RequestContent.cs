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
