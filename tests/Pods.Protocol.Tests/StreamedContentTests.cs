using Pods.Grpc;

namespace Pods.Protocol.Tests;

public sealed class StreamedContentTests
{
    [Fact]
    public async Task Writer_does_not_wait_for_a_stream_that_ended_before_it_was_open()
    {
        using StreamedContent content = new();
        await using EndedStream stream = new();

        await Assert.ThrowsAnyAsync<Exception>(() => content.CopyToAsync(stream));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => content.Opened.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private sealed class EndedStream : MemoryStream
    {
        public override Task FlushAsync(CancellationToken cancellationToken) => throw new IOException("the server has reset the stream");
    }
}
