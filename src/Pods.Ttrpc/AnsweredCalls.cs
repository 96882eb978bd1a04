using Grpc.Core;

namespace Pods.Ttrpc;

/// <summary>For a handler whose call is the last one: what ends the server must not take the answer along.</summary>
public static class AnsweredCalls
{
    /// <summary>Ends when the answer has been given to the kernel, or when there is nobody left to give it to.</summary>
    public static Task Answered(this ServerCallContext call) => ((TtrpcServerCallContext)call).Answered;
}
