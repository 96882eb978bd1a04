namespace Pods.Node;

/// <summary>A process whose streams a client is connected to: a command run for it, or a container that it looks into.</summary>
public interface IProcessStreams : IAsyncDisposable
{
    /// <summary>0 at the end; also where the stream was not asked for.</summary>
    Task<int> ReadOutputAsync(Memory<byte> buffer, CancellationToken cancel);

    /// <summary>As <see cref="ReadOutputAsync"/>.</summary>
    Task<int> ReadErrorAsync(Memory<byte> buffer, CancellationToken cancel);

    Task WriteInputAsync(ReadOnlyMemory<byte> content, CancellationToken cancel);

    Task CloseInputAsync(CancellationToken cancel);

    Task ResizeAsync(int width, int height, CancellationToken cancel);

    /// <summary>The exit code.</summary>
    Task<int> WaitAsync(CancellationToken cancel);
}
