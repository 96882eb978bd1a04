namespace Grpc.Core;

/// <summary>Sends messages to the other side of a call; one write at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    WriteOptions? WriteOptions { get; set; }
    Task WriteAsync(T message);
    Task WriteAsync(T message, CancellationToken cancellationToken);
}

/// <summary>A client's half of a stream, which it ends itself.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    Task CompleteAsync();
}

/// <summary>A server's half of a stream, ended by the return of its handler.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;
