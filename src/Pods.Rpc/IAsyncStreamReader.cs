namespace Grpc.Core;

/// <summary>The messages that the other side of a call sends, one at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    T Current { get; }
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
