using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Pods.Linux;

namespace Pods.Shim;

/// <summary>A request that the present state of a container or process does not allow.</summary>
internal sealed class WrongStateException(string message) : Exception(message);

/// <summary>A request that names what is not there, or no longer.</summary>
internal sealed class NotFoundException(string message) : Exception(message);

internal sealed class AlreadyExistsException(string message) : Exception(message);

/// <summary>The only table from our exceptions to the codes that containerd's clients decide by.</summary>
internal static class RpcErrors
{
    /// <summary>What nobody foresaw is told to the caller, and to the log once.</summary>
    public static Status Translate(Exception exception, ShimLog log)
    {
        Status status = Translate(exception);
        if (status.StatusCode == StatusCode.Unknown && exception is not (RuncException or CheckpointException))
            log.Error($"{exception.GetType().Name}: {status.Detail}");
        return status;
    }

    public static Status Translate(Exception exception) => exception switch
    {
        RpcException e => e.Status,
        NotFoundException => new(StatusCode.NotFound, exception.Message),
        AlreadyExistsException => new(StatusCode.AlreadyExists, exception.Message),
        WrongStateException => new(StatusCode.FailedPrecondition, exception.Message),
        RuncException { Failure: RuncFailure.Gone } => new(StatusCode.NotFound, exception.Message),
        CheckpointException { Failure: RuncFailure.Gone } => new(StatusCode.NotFound, exception.Message),
        RuncException { Failure: RuncFailure.AlreadyExists } => new(StatusCode.AlreadyExists, exception.Message),
        ArgumentException or FormatException or JsonException or InvalidProtocolBufferException => new(StatusCode.InvalidArgument, Chain(exception)),
        OperationCanceledException => new(StatusCode.Cancelled, "cancelled by the caller"),
        TimeoutException => new(StatusCode.DeadlineExceeded, exception.Message),
        RuncException or CheckpointException or LinuxException => new(StatusCode.Unknown, exception.Message),
        _ => new(StatusCode.Unknown, Chain(exception)),
    };

    /// <summary>A sentence that goes from what was attempted down to its cause.</summary>
    public static string Chain(Exception exception)
    {
        string sentence = exception.Message;
        for (Exception? cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (!sentence.Contains(cause.Message, StringComparison.Ordinal))
                sentence += ": " + cause.Message;
        }
        return sentence;
    }
}
