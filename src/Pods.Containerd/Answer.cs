using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Pods.Containerd;

/// <summary>The one table from containerd's status to our result: absent is null or false where absence is normal, the rest throws.</summary>
internal static class Answer
{
    public static async Task<T> Of<T>(AsyncUnaryCall<T> call, string operation, CancellationToken cancel) where T : class
    {
        try
        {
            return await call;
        }
        catch (RpcException e)
        {
            throw Translate(e, operation, cancel);
        }
    }

    public static Task<T?> OrNull<T>(AsyncUnaryCall<T> call, string operation, CancellationToken cancel) where T : class =>
        Unless(call, StatusCode.NotFound, operation, cancel);

    /// <summary>False when what the call is about is not there.</summary>
    public static async Task<bool> Found<T>(AsyncUnaryCall<T> call, string operation, CancellationToken cancel) where T : class =>
        await Unless(call, StatusCode.NotFound, operation, cancel) is not null;

    /// <summary>Null when what the call makes is there already.</summary>
    public static Task<T?> IfNew<T>(AsyncUnaryCall<T> call, string operation, CancellationToken cancel) where T : class =>
        Unless(call, StatusCode.AlreadyExists, operation, cancel);

    public static async IAsyncEnumerable<T> Each<T>(
        IAsyncStreamReader<T> messages, string operation, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (await Next(messages, operation, cancel))
            yield return messages.Current;
    }

    public static async Task<bool> Next<T>(IAsyncStreamReader<T> messages, string operation, CancellationToken cancel)
    {
        try
        {
            return await messages.MoveNext(cancel);
        }
        catch (RpcException e)
        {
            throw Translate(e, operation, cancel);
        }
    }

    public static Exception Translate(RpcException e, string operation, CancellationToken cancel) =>
        e.StatusCode is StatusCode.Cancelled && cancel.IsCancellationRequested
            ? new OperationCanceledException(operation, e, cancel)
            : new ContainerdException(operation, e.StatusCode, e.Status.Detail, e);

    private static async Task<T?> Unless<T>(AsyncUnaryCall<T> call, StatusCode normal, string operation, CancellationToken cancel)
        where T : class
    {
        try
        {
            return await call;
        }
        catch (RpcException e) when (e.StatusCode == normal)
        {
            return null;
        }
        catch (RpcException e)
        {
            throw Translate(e, operation, cancel);
        }
    }
}
